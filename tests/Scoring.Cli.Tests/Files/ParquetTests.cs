using System.Runtime.InteropServices;
using System.Text;
using Parquet;
using Parquet.Schema;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Tests.Files;

public sealed class ParquetTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logits_and_targets_are_read_over_row_groups_and_a_null_is_a_NaN()
    {
        var (a, b) = (new DataField<float?>("logit_a"), new DataField<double>("logit_b"));
        var (target, id) = (new DataField<string>("target"), new DataField<int>("id"));
        var bytes = await WriteAsync(new ParquetSchema(id, a, target, b), 3, async (group, number) =>
        {
            await group.WriteAsync<int>(id, new[] { 1, 2 }, cancellationToken: Cancellation);
            await group.WriteAsync<float>(a, new float?[] { number, null }, cancellationToken: Cancellation);
            await group.WriteAsync(target, new[] { "b", "a" });
            await group.WriteAsync<double>(b, new double[] { 10, 20.1 }, cancellationToken: Cancellation);
        });
        await using var reader = await LogitReaders.OpenAsync(bytes);
        Assert.Equal(["a", "b"], reader.Labels);
        Assert.Equal(6, reader.Rows);
        Assert.Equal(TargetKind.Class, reader.Targets);

        var targets = new TargetBuffer(TargetKind.Class, 2, reader.Labels, [], 10);
        // A column of FP64 makes all of them FP64.
        Assert.Equal(DataType.Fp64, reader.ElementType);
        var (logits, found) = (new List<double>(), new List<uint>());
        var buffer = new byte[10 * reader.RowBytes];
        while (await reader.ReadAsync(buffer, targets, Cancellation) is > 0 and var rows)
        {
            logits.AddRange(MemoryMarshal.Cast<byte, double>(buffer.AsSpan())[..(rows * 2)]);
            found.AddRange(targets.Of(rows));
        }

        Assert.Equal([0, 10, double.NaN, 20.1, 1, 10, double.NaN, 20.1, 2, 10, double.NaN, 20.1], logits);
        Assert.Equal([1, 0, 1, 0, 1, 0], found);
        Assert.Equal(reader.Length, reader.Position);
    }

    [Fact]
    public async Task Logits_may_be_a_column_of_lists()
    {
        await using var reader = await LogitReaders.OpenAsync(await ListsAsync([1, 2, null, 4, 5, 6], [0, 1, 1, 0, 1, 1]));
        Assert.Equal(3, reader.Classes);
        Assert.Equal(new[] { 1, 2, float.NaN, 4, 5, 6 }, await reader.ReadAllAsync(rowsAtATime: 1));
    }

    [Fact]
    public async Task Lists_of_another_length_than_the_first_are_refused() => Assert.Equal(
        "input, row 1, column logits: the list has 2 logits; the first row has 3.",
        await LogitReaders.RefusalAsync(await ListsAsync([1, 2, 3, 4, 5], [0, 1, 1, 0, 1])));

    [Fact]
    public async Task The_width_of_lists_is_found_behind_row_groups_without_rows()
    {
        await using var reader = await LogitReaders.OpenAsync(await ListsAsync([1, 2], [0, 1], emptyGroups: 2));
        Assert.Equal(2, reader.Classes);
        Assert.Equal(new float[] { 1, 2 }, await reader.ReadAllAsync());
    }

    [Fact]
    public async Task Lists_without_rows_have_no_width() =>
        Assert.Equal("input has no rows, so the width of its lists is not known.", await LogitReaders.RefusalAsync(await ListsAsync([], [])));

    [Fact]
    public async Task A_file_without_logits_is_refused()
    {
        var field = new DataField<float>("x");
        var bytes = await WriteAsync(
            new ParquetSchema(field), 1, (group, _) => group.WriteAsync<float>(field, new float[] { 1 }, cancellationToken: Cancellation));
        Assert.Equal(
            "input has no logits: they are columns logit_NAME of float or double, or one column logits of lists of them.",
            await LogitReaders.RefusalAsync(bytes));
    }

    [Fact]
    public async Task Logits_of_another_type_are_refused()
    {
        var field = new DataField<int>("logit_a");
        var bytes = await WriteAsync(
            new ParquetSchema(field), 1, (group, _) => group.WriteAsync<int>(field, new[] { 1 }, cancellationToken: Cancellation));
        Assert.Equal("input, column logit_a, is of int32; logits are float or double.", await LogitReaders.RefusalAsync(bytes));
    }

    [Theory]
    [InlineData("logit_c", "input, column logit_c, is of lists; logits are float or double.")]
    [InlineData("logits", "input has a column logits of lists and a column logit_a; a row's logits are in one or the other.")]
    public async Task Lists_beside_columns_of_logits_are_not_passed_over(string name, string message)
    {
        var element = new DataField<float>("element", true);
        var ofLists = await BesideLogitsAsync(new ListField(name, element), group => group.WriteAsync<float>(
            element, new float?[] { 1, 2 }, (ReadOnlyMemory<int>?)new[] { 0, 1 }, cancellationToken: Cancellation));
        Assert.Equal(message, await LogitReaders.RefusalAsync(ofLists));

        var repeated = new DataField<float[]>(name);
        var ofRepeated = await BesideLogitsAsync(repeated, group => group.WriteAsync<float>(
            repeated, new float?[] { 1, 2 }, (ReadOnlyMemory<int>?)new[] { 0, 1 }, cancellationToken: Cancellation));
        Assert.Equal(message, await LogitReaders.RefusalAsync(ofRepeated));
    }

    [Fact]
    public async Task Structs_beside_columns_of_logits_are_not_passed_over()
    {
        var member = new DataField<float>("x", true);
        var bytes = await BesideLogitsAsync(
            new StructField("logit_c", member), group => group.WriteAsync<float>(member, new float?[] { 1 }, cancellationToken: Cancellation));
        Assert.Equal("input, column logit_c, is of structs; logits are float or double.", await LogitReaders.RefusalAsync(bytes));
    }

    [Fact]
    public async Task Targets_that_are_dates_times_decimals_or_bytes_are_refused()
    {
        await AssertRefusedAsync("datetime", new DateTimeDataField("target", DateTimeFormat.Date), new DateTime(2026, 1, 2));
        await AssertRefusedAsync("time", new TimeDataField("target", TimeUnitPrecision.Millis), 1);
        await AssertRefusedAsync("decimal", new DecimalDataField("target", 4, 0), 1m);
        await AssertRefusedAsync<ReadOnlyMemory<byte>>("bytes", new DataField<ReadOnlyMemory<byte>>("target"), new byte[] { 1 });
    }

    [Fact]
    public async Task Targets_of_lists_are_not_passed_over()
    {
        var element = new DataField<int>("element", true);
        using var folder = new TemporaryFolder();
        var file = folder.Write("in.parquet", await BesideLogitsAsync(new ListField("target", element), group => group.WriteAsync<int>(
            element, new int?[] { 0, 1 }, (ReadOnlyMemory<int>?)new[] { 0, 1 }, cancellationToken: Cancellation)));
        var result = await ScoringProcess.RunAsync("evaluate", file);
        Assert.Equal($"scoring: {file}, column target, is of lists; targets are text or whole numbers.", result.ErrorLine);
    }

    [Fact]
    public async Task Names_that_are_not_UTF_8_are_refused()
    {
        var (one, other) = (new DataField<float>("logit_caf1"), new DataField<float>("logit_b"));
        var bytes = await WriteAsync(new ParquetSchema(one, other), 1, async (group, _) =>
        {
            await group.WriteAsync<float>(one, new float[] { 1 }, cancellationToken: Cancellation);
            await group.WriteAsync<float>(other, new float[] { 1 }, cancellationToken: Cancellation);
        });
        var latin1 = Encoding.Latin1.GetString(bytes).Replace("logit_caf1", "logit_caf\u00E9", StringComparison.Ordinal);
        Assert.Equal(
            "input has a column logit_caf\uFFFD, whose name is not UTF-8.", await LogitReaders.RefusalAsync(Encoding.Latin1.GetBytes(latin1)));
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("calibrate")]
    public async Task A_row_that_has_no_score_is_named_by_its_place_in_the_file_whatever_the_row_groups(string command)
    {
        var (a, b, target) = (new DataField<float>("logit_a"), new DataField<float>("logit_b"), new DataField<int>("target"));
        var bytes = await WriteAsync(new ParquetSchema(a, b, target), 3, async (group, number) =>
        {
            await group.WriteAsync<float>(a, new float[] { 1, 2 }, cancellationToken: Cancellation);
            await group.WriteAsync<float>(b, new float[] { 2, number == 2 ? float.NaN : 1 }, cancellationToken: Cancellation);
            await group.WriteAsync<int>(target, new[] { 0, 1 }, cancellationToken: Cancellation);
        });
        using var folder = new TemporaryFolder();
        var file = folder.Write("in.parquet", bytes);
        var result = await ScoringProcess.RunAsync(command, file);
        Assert.Equal($"scoring: {file}, row 5, column logit_b: the logit is NaN, which has no score", result.ErrorLine);
    }

    [Fact]
    public async Task A_file_that_is_cut_short_is_refused_wherever_it_is_cut()
    {
        var whole = await ListsAsync([1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 1]);
        foreach (var length in new[] { 4, 5, 20, whole.Length / 2, whole.Length - 5, whole.Length - 1 })
        {
            Assert.StartsWith(
                "input is not a Parquet file that can be read: ", await LogitReaders.RefusalAsync(whole[..length]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_damaged_is_read_or_refused_wherever_it_is_damaged(bool hasLists)
    {
        var whole = hasLists ? await ListsAsync([1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 1]) : await ColumnsAsync();
        // The last byte of the index ends it, and the library searches for another end without one.
        var ending = whole.Length - ParquetLogitReader.Magic.Length - sizeof(int) - 1;
        for (var at = ParquetLogitReader.Magic.Length; at < whole.Length; at += at + 1 == ending ? 2 : 1)
        {
            foreach (var flip in new byte[] { 0x01, 0x10, 0x80 })
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= flip;
                try
                {
                    await using var reader = await LogitReaders.OpenAsync(damaged);
                    var targets = new TargetBuffer(TargetKind.Class, reader.Classes, reader.Labels, [], 10);
                    while (await reader.ReadAsync(new byte[10 * reader.RowBytes], hasLists ? null : targets, Cancellation) > 0)
                    {
                    }
                }
                catch (InvalidDataException exception)
                {
                    Assert.StartsWith("input", exception.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', exception.Message);
                }
            }
        }

        async Task<byte[]> ColumnsAsync()
        {
            var (a, b, target) = (new DataField<float?>("logit_a"), new DataField<double>("logit_b"), new DataField<string>("target"));
            return await WriteAsync(new ParquetSchema(a, b, target), 2, async (group, number) =>
            {
                await group.WriteAsync<float>(a, new float?[] { number, null }, cancellationToken: Cancellation);
                await group.WriteAsync<double>(b, new double[] { 10, 20 }, cancellationToken: Cancellation);
                await group.WriteAsync(target, new[] { "b", "a" });
            });
        }
    }

    [Fact]
    public async Task A_target_that_is_none_is_refused_with_its_place()
    {
        var (a, b, target) = (new DataField<float>("logit_a"), new DataField<float>("logit_b"), new DataField<long>("target"));
        var bytes = await WriteAsync(new ParquetSchema(a, b, target), 2, async (group, number) =>
        {
            await group.WriteAsync<float>(a, new float[] { 1, 2 }, cancellationToken: Cancellation);
            await group.WriteAsync<float>(b, new float[] { 1, 2 }, cancellationToken: Cancellation);
            await group.WriteAsync<long>(target, new long[] { 1, number * 2 }, cancellationToken: Cancellation);
        });
        using var folder = new TemporaryFolder();
        var file = folder.Write("in.parquet", bytes);
        var result = await ScoringProcess.RunAsync("evaluate", file);
        Assert.Equal($"scoring: {file}, row 3, column target: the target is 2; it must be a label (a, b) or an index from 0 to 1", result.ErrorLine);
    }

    [Fact]
    public async Task Lists_in_pages_of_version_2_are_refused_as_what_they_are()
    {
        // Two rows of two logits, as hyparquet-writer 0.17.0 has written them.
        var bytes = Convert.FromBase64String(
            "UEFSMRUGFSgVKFwVCBUAFQQVABUEFQQAAAMKAw8AAIA/AAAAQAAAQEAAAIBAFQQZTEgEcm9vdBUCADUAGAZsb2dpdHMVAhUGADUEGARsaXN0FQIAFQglABgH"
            + "ZWxlbWVudAAWBBkcGRwmCBwVCBkVABk4BmxvZ2l0cwRsaXN0B2VsZW1lbnQVABYIFlIWUiYIPDYAKAQAAIBAGAQAAIA/NgAAGRwVBhUAFQIAAAAWUhYENlIA"
            + "KAloeXBhcnF1ZXQZHBwAAACYAAAAUEFSMQ==");
        Assert.Equal(
            "input has what this reader of Parquet does not know, such as lists in pages of version 2: write pages of version 1.",
            await LogitReaders.RefusalAsync(bytes));
    }

    [Fact]
    public async Task What_score_writes_reads_back()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", TestData.PathOf("iris.csv"), "--output", folder["out.parquet"]);
        Assert.Equal(0, result.ExitCode);
        await using var reader = await ParquetReader.CreateAsync(folder["out.parquet"], cancellationToken: Cancellation);
        Assert.Equal(
            ["predicted", "probability", "probability_setosa", "probability_versicolor", "probability_virginica"],
            reader.Schema.Fields.Select(field => field.Name));
        var group = Assert.Single(reader.RowGroups);
        var (predicted, setosa) = (new string?[150], new float[150]);
        await group.ReadAsync(reader.Schema.DataFields[0], predicted!, null, Cancellation);
        await group.ReadAsync<float>(reader.Schema.DataFields[2], setosa, null, Cancellation);
        Assert.Equal(Enumerable.Repeat("setosa", 50), predicted[..50]);
        Assert.Equal(0.97024167f, setosa[0]);
    }

    [Fact]
    public async Task What_is_written_is_cut_into_row_groups_as_it_grows()
    {
        const int Rows = 200_000;
        using var file = new MemoryStream();
        var head = new ServiceHead(new Head { Activation = Activation.Linear }, []);
        var writer = await ParquetScoreWriter.CreateAsync(file, new ScoreTable(head, 1, topK: 0), Cancellation);
        for (var i = 0; i < 4; i++)
        {
            writer.Write(new ScoredRows { Rows = Rows, Classes = 1, Scores = [.. Enumerable.Range(0, Rows).Select(row => (float)row)] });
            await writer.FlushAsync(Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
        await using var reader = await LogitReaders.OpenAsync(file.ToArray());
        Assert.Equal(4L * Rows, reader.Rows);
        Assert.Equal(4L * Rows, (await reader.ReadAllAsync(rowsAtATime: 50_000)).LongLength);
    }

    private static async Task AssertRefusedAsync<T>(string type, DataField target, T value)
        where T : struct
    {
        var bytes = await BesideLogitsAsync(target, group => group.WriteAsync<T>(target, new[] { value }, cancellationToken: Cancellation));
        await using var reader = await LogitReaders.OpenAsync(bytes);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => reader.ReadAsync(new byte[reader.RowBytes], new TargetBuffer(TargetKind.Class, 2, reader.Labels, [], 1), Cancellation).AsTask());
        Assert.Equal($"input, column target, is of {type}; targets are text or whole numbers.", refused.Message);
    }

    /// <summary>A file of one row that has two logits, and a field more.</summary>
    private static Task<byte[]> BesideLogitsAsync(Field field, Func<ParquetRowGroupWriter, Task> write)
    {
        var (a, b) = (new DataField<float>("logit_a"), new DataField<float>("logit_b"));
        return WriteAsync(new ParquetSchema(a, b, field), 1, async (group, _) =>
        {
            await group.WriteAsync<float>(a, new float[] { 1 }, cancellationToken: Cancellation);
            await group.WriteAsync<float>(b, new float[] { 1 }, cancellationToken: Cancellation);
            await write(group);
        });
    }

    private static async Task<byte[]> WriteAsync(ParquetSchema schema, int groups, Func<ParquetRowGroupWriter, int, Task> write)
    {
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: Cancellation))
        {
            for (var number = 0; number < groups; number++)
            {
                using var group = writer.CreateRowGroup();
                await write(group, number);
            }
        }

        return stream.ToArray();
    }

    /// <param name="elements">The elements of all lists.</param>
    /// <param name="repetition">0 for each that begins a list.</param>
    /// <param name="emptyGroups">Row groups without rows, before the one that has them.</param>
    private static Task<byte[]> ListsAsync(float?[] elements, int[] repetition, int emptyGroups = 0)
    {
        var element = new DataField<float>("element", true);
        var list = new ListField("logits", element);
        return WriteAsync(
            new ParquetSchema(list),
            emptyGroups + 1,
            (group, number) => number < emptyGroups ? WriteAsync(group, element, [], []) : WriteAsync(group, element, elements, repetition));
    }

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField<float> element, float?[] elements, int[] repetition) =>
        group.WriteAsync<float>(element, elements, (ReadOnlyMemory<int>?)repetition, cancellationToken: Cancellation);
}
