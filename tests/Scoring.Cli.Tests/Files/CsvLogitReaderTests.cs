using System.Text;
using CsCheck;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Tests.Files;

public sealed class CsvLogitReaderTests
{
    [Theory]
    [InlineData("1,2,3\n4,5,6\n")]
    [InlineData("1,2,3\n4,5,6")]
    [InlineData("1,2,3\r\n4,5,6\r\n")]
    [InlineData("1,2,3\n4,5,6\n\n\r\n")]
    [InlineData("\uFEFF1,2,3\n4,5,6\n")]
    [InlineData(" 1 ,\t2, 3\n4.0,5e0,+6\n")]
    [InlineData("\"1\",\"2\",3\n4,\"5\",6\n")]
    [InlineData("\"1\" ,\"2\"\t,3\n4,5,\"6\" \r\n")]
    [InlineData("logit_a,id,logit_b,id,logit_c\n1,\"\",2,\"a\"\"b\",3\n4,5\"11,5,,6\n")]
    [InlineData("logit_a,logit_b,logit_c\n1,2,3\n4,5,6\n")]
    [InlineData("logit_a,logit_b,logit_c,target\n1,2,3,a\n4,5,6,b\n")]
    [InlineData("id,logit_a,target_x,logit_b,logit_c\nx,1,0,2,3\n\"y,z\",4,1,5,6\n")]
    public async Task Reads_the_same_rows_however_they_are_written(string text) =>
        Assert.Equal(new float[] { 1, 2, 3, 4, 5, 6 }, await LogitReaders.ReadAllAsync(text));

    [Fact]
    public async Task Takes_the_labels_from_the_header()
    {
        await using var reader = await LogitReaders.OpenAsync("logit_a,target,\"logit_b, or \"\"c\"\"\",logit_ä\n1,a,2,3\n");
        Assert.Equal(["a", "b, or \"c\"", "ä"], reader.Labels);
        Assert.Equal(3, reader.Classes);
    }

    [Fact]
    public async Task Has_no_labels_without_a_header()
    {
        await using var reader = await LogitReaders.OpenAsync("1,2\n");
        Assert.Empty(reader.Labels);
    }

    [Fact]
    public async Task Reads_what_NumPy_and_pandas_write_for_numbers_that_are_none() =>
        Assert.Equal(
            new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.PositiveInfinity, float.NaN, 0 },
            await LogitReaders.ReadAllAsync("nan,inf,-inf,Infinity,,0\n"));

    [Theory]
    [InlineData("1000000000.5,1000000000", 1_000_000_000.5, 1_000_000_000)]
    [InlineData("0.10000000000000001,0.1", 0.10000000000000001, 0.1)]
    [InlineData("100000010,100000009", 100_000_010, 100_000_009)]
    [InlineData("1e+16,9999999999999998.0", 1e16, 9999999999999998)]
    [InlineData("-1e39,.30000000000000004", -1e39, .30000000000000004)]
    [InlineData("0.1,+1.0000000001E+03", 0.1, 1.0000000001e3)]
    public async Task Reads_all_the_digits_that_float64_holds(string line, double first, double second) =>
        Assert.Equal(new[] { first, second }, await LogitReaders.ReadDoublesAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n")));

    [Fact]
    public async Task Reads_no_more_digits_than_are_written() =>
        // Of FP64 with six decimals, and of FP32 in its shortest form and with nine digits.
        Assert.Equal(
            new double[] { 0.1f, 12.345678f, -0.3f, 5.4336791f, 0.333333343f, 1e-5f, 16777216, double.NegativeInfinity },
            await LogitReaders.ReadDoublesAsync("0.1,12.345678,-.3,5.4336791,0.333333343,1e-05,16777216.0,-inf\n"u8.ToArray()));

    [Theory]
    [InlineData("logit_a,logit_b\n1,2\n3,-1e400\n", "input, row 1 (line 3), column logit_b: -1e400 is more than FP64 holds; a masked class is -inf.")]
    [InlineData("1e400,1\n", "input, row 0 (line 1), column 0: 1e400 is more than FP64 holds; a masked class is -inf.")]
    public async Task What_float64_cannot_hold_is_no_infinity(string text, string said) => Assert.Equal(said, await LogitReaders.RefusalAsync(text));

    [Fact]
    public async Task Reads_back_every_float32_that_is_written()
    {
        await Gen.Select(Gen.Single.Array[1, 50], Gen.Int[1, 9], Gen.Int[1, 20]).SampleAsync(async (numbers, classes, bytesAtATime) =>
        {
            var whole = numbers[..(numbers.Length / classes * classes)];
            using var file = new MemoryStream();
            var head = new ServiceHead(new Head { Activation = Activation.Linear }, []);
            var writer = new CsvScoreWriter(file, new ScoreTable(head, classes, topK: 0));
            writer.Write(new ScoredRows { Rows = whole.Length / classes, Classes = classes, Scores = whole });

            await using var reader = await LogitReader.OpenAsync(
                "pipe", new Trickle(file.ToArray(), bytesAtATime), TestContext.Current.CancellationToken);
            var read = await reader.ReadAllAsync(rowsAtATime: 3);
            Assert.Equal(whole, read);
        });
    }

    [Fact]
    public async Task Reads_a_line_longer_than_its_first_buffer()
    {
        var numbers = Enumerable.Range(0, 100_000).Select(index => (float)index).ToArray();
        var line = string.Join(',', numbers);
        Assert.Equal(numbers.Concat(numbers), await LogitReaders.ReadAllAsync($"{line}\n{line}\n"));
    }

    [Fact]
    public async Task Reads_no_rows_from_a_header_alone()
    {
        await using var reader = await LogitReaders.OpenAsync("logit_a,logit_b\n");
        Assert.Equal(2, reader.Classes);
        Assert.Empty(await reader.ReadAllAsync());
    }

    [Theory]
    [InlineData("1,2,3\n4,five,6\n", "row 1 (line 2), column 1: \"five\" is not a number")]
    [InlineData("logit_a,logit_b\n1,2\n3,x\n", "row 1 (line 3), column logit_b: \"x\" is not a number")]
    [InlineData("1,2,3\n4,5\n", "line 2, has 2 fields; the first line has 3")]
    [InlineData("1,2,3\n4,5,6,7\n", "line 2, has 4 fields; the first line has 3")]
    [InlineData("logit_a,target\n1\n", "line 2, has 1 field; the first line has 2")]
    [InlineData("1,2\n\n3,4\n", "line 2, is empty, and rows follow it")]
    [InlineData("logit_a\n1\n\n\n3\n", "line 3, is empty, and rows follow it")]
    [InlineData("", "no rows")]
    [InlineData("\n1,2\n", "first line is empty")]
    [InlineData("a,b,c\n1,2,3\n", "names each column of logits logit_NAME")]
    [InlineData("logit_a,logit_b,note\n1,2,\"hello\n3,4,world\"\n5,6,x\n", "row 0 (line 2), column note: the field has no closing quote on its line")]
    [InlineData("logit_a,logit_b\n1,\"2\n", "row 0 (line 2), column logit_b: the field has no closing quote")]
    [InlineData("logit_a,\"logit_b\nc\"\n1,2\n", "line 1, column 1: the field has no closing quote")]
    [InlineData("logit_a,logit_b\n1,2\n\"1\"5,2\n", "row 1 (line 3), column logit_a: the field goes on after its closing quote")]
    [InlineData("1,2\n3,\"4\"x\n", "row 1 (line 2), column 1: the field goes on after its closing quote")]
    [InlineData("1,\"2\"0\n", "line 1, column 1: the field goes on after its closing quote")]
    [InlineData("logit_a,note\n1,\"x\"y\n", "row 0 (line 2), column note: the field goes on after its closing quote")]
    [InlineData("logit_a,logit_b\n1,2\0\0\n", "row 0 (line 2), column logit_b: the field has a zero byte")]
    [InlineData("1,2\n3,\"4\0\"\n", "row 1 (line 2), column 1: the field has a zero byte")]
    [InlineData("logit_a,note\n1,x\0\n", "row 0 (line 2), column note: the field has a zero byte")]
    [InlineData("logit_a\0,logit_b\n1,2\n", "line 1, column 0: the field has a zero byte")]
    [InlineData("logit_a,logit_b\r1,2\r3,4\r", "line 1, column 1: the field has a carriage return; lines end in a line feed")]
    [InlineData("1,2\r3,4\r", "line 1, column 1: the field has a carriage return")]
    [InlineData("1,2\n3,4\r5,6\n", "row 1 (line 2), column 1: the field has a carriage return")]
    [InlineData("logit_a,x,x,logit_a\n1,2,3,4\n", "input has 2 columns logit_a; there may be one")]
    [InlineData("logit_a,target,target\n1,0,0\n", "input has 2 columns target;")]
    [InlineData("logit_a,logits,logits\n1,0,0\n", "input has 2 columns logits;")]
    [InlineData("logit_a,target_a,target_a\n1,0,0\n", "input has 2 columns target_a;")]
    [InlineData("Logit_a,logit_b,logit_c\n1,2,3\n", "input has a column Logit_a; columns of logits are named logit_NAME")]
    [InlineData("# logit_a,logit_b,logit_c\n1,2,3\n", "input has a column # logit_a; columns of logits are named logit_NAME")]
    [InlineData("#logit_a,logit_b\n1,2\n", "input has a column #logit_a; columns")]
    [InlineData("logit_a,\"'logit_b'\"\n1,2\n", "input has a column 'logit_b'; columns")]
    [InlineData("logit_a,logit-b\n1,2\n", "input has a column logit-b; columns")]
    [InlineData("1;2;3\n", "neither numbers nor a header")]
    public async Task Says_what_is_wrong_and_where(string text, string said) =>
        Assert.Contains(said, await LogitReaders.RefusalAsync(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("logit_café,logit_b,target\n1,2,cafè\n", "line 1, column 0: the field is not UTF-8")]
    [InlineData("logit_a,logit_b,note\n1,2,x\n3,4,\"café\"\n", "row 1 (line 3), column note: the field is not UTF-8")]
    [InlineData("1,2\n3,é,\n", "row 1 (line 2), column 1: the field is not UTF-8")]
    public async Task Refuses_text_of_another_encoding(string text, string said) =>
        Assert.Contains(said, await LogitReaders.RefusalAsync(Encoding.Latin1.GetBytes(text)), StringComparison.Ordinal);

    [Theory]
    [InlineData("logit_\u001B]0;x\a,logit_\u001B]0;x\a\n1,2\n", "2 columns logit_?]0;x?;")]
    [InlineData("logit_\u001B[2J,logit_b\n1,x\n3,4\n", "logit_b: \"x\"")]
    [InlineData("logit_\u001B[2J,logit_b\nx,1\n3,4\n", "column logit_?[2J: \"x\"")]
    [InlineData("logit_a,\u001B[2J\n1,\0\n", "column ?[2J: the field has a zero byte")]
    public async Task Nothing_that_a_terminal_would_obey_is_told(string text, string said)
    {
        var refusal = await LogitReaders.RefusalAsync(text);
        Assert.Contains(said, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal, char.IsControl);
    }

    [Fact]
    public async Task Tells_the_line_of_a_row()
    {
        await using var named = await LogitReaders.OpenAsync("logit_a,logit_b\n1,2\n");
        Assert.Equal("row 41 (line 43), column logit_b", named.Locate(41, 1));
        Assert.Equal("row 41 (line 43)", named.Locate(41, null));

        await using var bare = await LogitReaders.OpenAsync("1,2\n");
        Assert.Equal("row 41 (line 42), column 1", bare.Locate(41, 1));
    }

    [Fact]
    public async Task Never_fails_but_with_a_message()
    {
        await Gen.String["01.,\"\n\r-einfatlog_"].SampleAsync(async text =>
        {
            try
            {
                await LogitReaders.ReadAllAsync(Encoding.UTF8.GetBytes(text), rowsAtATime: 2);
            }
            catch (InvalidDataException exception)
            {
                Assert.StartsWith("input", exception.Message, StringComparison.Ordinal);
            }
        });
    }
}
