using System.Text;
using CsCheck;
using Scoring.Cli.Files;

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
                writer.Write(row);
            }

            writer.Complete();
            await using var reader = await LogitReaders.OpenAsync(file.ToArray());
            Assert.Equal(classes, reader.Classes);
            var read = await reader.ReadAllAsync();
            Assert.Equal(whole.Select(BitConverter.SingleToUInt32Bits), read.Select(BitConverter.SingleToUInt32Bits));
        });
    }

    [Fact]
    public void An_npy_file_says_its_shape_and_aligns_its_data()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder["x.npy"]))
        {
            var writer = new NpyScoreWriter(file, 3);
            writer.Write([1, 2, 3]);
            writer.Write([4, 5, 6]);
            writer.Complete();
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
        var writer = new CsvScoreWriter(file, ["probability_a", "probability_b,c", "say \"d\""]);
        writer.Write([0.1f, 1, 1.2e-7f, float.NaN, float.NegativeInfinity, 0]);
        writer.Complete();
        Assert.Equal(
            "probability_a,\"probability_b,c\",\"say \"\"d\"\"\"\n0.1,1,1.2E-07\nNaN,-Infinity,0\n", Encoding.UTF8.GetString(file.ToArray()));
    }

    [Fact]
    public void An_output_file_appears_only_when_it_is_committed()
    {
        using var folder = new TemporaryFolder();
        using (var output = OutputFile.Open(folder["x.csv"]))
        {
            output.Stream.Write("new"u8);
            Assert.False(File.Exists(folder["x.csv"]));
            output.Commit();
        }

        Assert.Equal("new", File.ReadAllText(folder["x.csv"]));
        Assert.Equal(["x.csv"], folder.Names());
    }

    [Fact]
    public void An_output_file_that_is_given_up_leaves_what_was_there()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.csv", "old");
        using (var output = OutputFile.Open(folder["x.csv"]))
        {
            output.Stream.Write("new"u8);
        }

        Assert.Equal("old", File.ReadAllText(folder["x.csv"]));
        Assert.Equal(["x.csv"], folder.Names());
    }
}
