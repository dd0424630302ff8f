using System.Text;
using CsCheck;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Tests.Files;

public sealed class ScoreWriterTests
{
    [Fact]
    public async Task An_npy_file_reads_back_bit_for_bit()
    {
        await Gen.Select(Gen.Float.Array[0, 60], Gen.Int[1, 9]).SampleAsync(async (numbers, classes) =>
        {
            var whole = numbers[..(numbers.Length / classes * classes)];
            using var file = new MemoryStream();
            var writer = new NpyScoreWriter(file, classes);
            foreach (var row in whole.Chunk(classes))
            {
                writer.Write(new ScoredRows { Rows = 1, Classes = classes, Scores = row });
            }

            await writer.CompleteAsync(TestContext.Current.CancellationToken);
            await using var reader = await LogitReaders.OpenAsync(file.ToArray());
            Assert.Equal(classes, reader.Classes);
            var read = await reader.ReadAllAsync();
            Assert.Equal(whole.Select(BitConverter.SingleToUInt32Bits), read.Select(BitConverter.SingleToUInt32Bits));
        });
    }

    [Fact]
    public async Task An_npy_file_says_its_shape_and_aligns_its_data()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder["x.npy"]))
        {
            var writer = new NpyScoreWriter(file, 3);
            writer.Write(new ScoredRows { Rows = 1, Classes = 3, Scores = [1, 2, 3] });
            writer.Write(new ScoredRows { Rows = 1, Classes = 3, Scores = [4, 5, 6] });
            await writer.CompleteAsync(TestContext.Current.CancellationToken);
        }

        var (dictionary, elements) = Npy.Read<float>(folder["x.npy"]);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", dictionary);
        Assert.Equal([1, 2, 3, 4, 5, 6], elements);
    }

    [Fact]
    public void An_npy_header_is_of_one_length_whatever_the_shape()
    {
        var header = new byte[NpyHeader.WrittenBytes];
        new NpyHeader("<f4", false, [long.MaxValue, int.MaxValue]).Write(header);
        Assert.EndsWith("'shape': (9223372036854775807, 2147483647), }", Encoding.ASCII.GetString(header).TrimEnd(), StringComparison.Ordinal);
        Assert.Equal((byte)'\n', header[^1]);
    }

    [Fact]
    public void Csv_has_a_header_and_the_shortest_numbers_that_read_back()
    {
        using var file = new MemoryStream();
        var head = new ServiceHead(new Head { Activation = Activation.Linear }, ["a", "b,c", "say \"d\""]);
        var writer = new CsvScoreWriter(file, new ScoreTable(head, 3, topK: 0));
        writer.Write(new ScoredRows { Rows = 2, Classes = 3, Scores = [0.1f, 1, 1.2e-7f, float.NaN, float.NegativeInfinity, 0] });
        Assert.Equal("logit_a,\"logit_b,c\",\"logit_say \"\"d\"\"\"\n0.1,1,1.2E-07\nNaN,-Infinity,0\n", Encoding.UTF8.GetString(file.ToArray()));
    }

    [Fact]
    public void Csv_says_what_the_head_decides_for_and_nothing_where_it_decides_for_nothing()
    {
        using var file = new MemoryStream();
        var head = new ServiceHead(new Head { Activation = Activation.Sigmoid }, ["a", "b,c", "d"]);
        var writer = new CsvScoreWriter(file, new ScoreTable(head, 3, topK: 0));
        writer.Write(new ScoredRows { Rows = 2, Classes = 3, Scores = [1, 1, 0, 0, 0, 0], Decisions = [1, 1, 0, 0, 0, 0] });
        Assert.Equal("predicted,probability_a,\"probability_b,c\",probability_d\n\"a;b,c\",1,1,0\n,0,0,0\n", Encoding.UTF8.GetString(file.ToArray()));
    }

    [Fact]
    public void Csv_is_whole_where_it_is_larger_than_the_writers_buffer()
    {
        using var file = new MemoryStream();
        var label = new string('x', 3000);
        var head = new ServiceHead(new Head { Activation = Activation.Softmax }, [label, "b"]);
        var writer = new CsvScoreWriter(file, new ScoreTable(head, 2, topK: 0));
        const int Rows = 100;
        var scores = Enumerable.Range(0, Rows).SelectMany(_ => new[] { 0.75f, 0.25f }).ToArray();
        writer.Write(new ScoredRows { Rows = Rows, Classes = 2, Scores = scores, Decisions = [.. scores.Select(score => score > 0.5f ? 1u : 0u)] });
        var lines = Encoding.UTF8.GetString(file.ToArray()).Split('\n');
        Assert.Equal(Rows + 2, lines.Length);
        Assert.All(lines[1..^1], line => Assert.Equal($"{label},0.75,0.75,0.25", line));
    }

    [Fact]
    public async Task An_output_file_appears_only_when_it_is_committed()
    {
        using var folder = new TemporaryFolder();
        using (var output = await OutputFile.OpenAsync(folder["x.csv"], [], TestContext.Current.CancellationToken))
        {
            output.Stream.Write("new"u8);
            Assert.False(File.Exists(folder["x.csv"]));
            output.Commit();
        }

        Assert.Equal("new", await File.ReadAllTextAsync(folder["x.csv"], TestContext.Current.CancellationToken));
        Assert.Equal(["x.csv"], folder.Names());
    }

    [Fact]
    public async Task An_output_file_that_is_given_up_leaves_what_was_there()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.csv", "old");
        using (var output = await OutputFile.OpenAsync(folder["x.csv"], [], TestContext.Current.CancellationToken))
        {
            output.Stream.Write("new"u8);
        }

        Assert.Equal("old", await File.ReadAllTextAsync(folder["x.csv"], TestContext.Current.CancellationToken));
        Assert.Equal(["x.csv"], folder.Names());
    }
}
