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
            await group.WriteAsync<double>(b, new double[] { 10, 20 }, cancellationToken: Cancellation);
        });
        await using var reader = await LogitReaders.OpenAsync(bytes);
        Assert.Equal(["a", "b"], reader.Labels);
        Assert.Equal(6, reader.Rows);
        Assert.Equal(TargetKind.Class, reader.Targets);

        var targets = new TargetBuffer(TargetKind.Class, 2, reader.Labels, 10);
        var (logits, found) = (new List<float>(), new List<uint>());
        var buffer = new float[10 * 2];
        while (await reader.ReadAsync(buffer, targets, Cancellation) is > 0 and var rows)
        {
            logits.AddRange(buffer[..(rows * 2)]);
            found.AddRange(targets.Of(rows));
        }

        Assert.Equal([0, 10, float.NaN, 20, 1, 10, float.NaN, 20, 2, 10, float.NaN, 20], logits);
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

    [Fact]
    public async Task A_file_that_is_cut_short_is_refused_wherever_it_is_cut()
    {
        var whole = await ListsAsync([1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 1]);
        foreach (var length in new[] { 4, 5, 20, whole.Length / 2, whole.Length - 5, whole.Length - 1 })
        {
            Assert.StartsWith("input is not a Parquet file that can be read: ", await LogitReaders.RefusalAsync(whole[..length]), StringComparison.Ordinal);
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
