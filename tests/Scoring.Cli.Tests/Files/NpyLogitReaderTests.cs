using CsCheck;
using Scoring.Cli.Files;

namespace Scoring.Cli.Tests.Files;

public sealed class NpyLogitReaderTests
{
    private static readonly float[] Six = [1, -2, 3.5f, 4, 5, -6.25f];

    [Fact]
    public async Task Reads_float32_bit_for_bit()
    {
        await Gen.Select(Gen.Float.Array[0, 60], Gen.Int[1, 9], Gen.Int[1, 5]).SampleAsync(async (elements, classes, rowsAtATime) =>
        {
            var rows = elements.Length / classes;
            var whole = elements[..(rows * classes)];
            var read = await LogitReaders.ReadAllAsync(Npy.Make("<f4", $"({rows}, {classes})", whole), rowsAtATime);
            Assert.Equal(whole.Select(BitConverter.SingleToUInt32Bits), read.Select(BitConverter.SingleToUInt32Bits));
        });
    }

    [Fact]
    public async Task Reads_float64_bit_for_bit()
    {
        double[] elements = [Math.PI, -1e-50, 1e300, double.NaN, double.NegativeInfinity, 0.1];
        Assert.Equal(elements, await LogitReaders.ReadDoublesAsync(Npy.Make("<f8", "(2, 3)", elements)));
    }

    [Fact]
    public async Task Reads_every_float16()
    {
        var elements = Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).ToArray();
        var read = await LogitReaders.ReadAllAsync(Npy.Make("<f2", "(1024, 64)", elements));
        Assert.Equal(elements.Select(half => (float)half), read);
    }

    [Theory]
    [InlineData("(2, 3)", 3)]
    [InlineData("(3, 2)", 2)]
    [InlineData("(6,)", 6)]
    [InlineData("(6, 1)", 1)]
    [InlineData("( 2 ,3 )", 3)]
    [InlineData("(2L, 3L)", 3)]
    public async Task Takes_the_width_from_the_shape(string shape, int classes)
    {
        await using var reader = await LogitReaders.OpenAsync(Npy.Make("<f4", shape, Six));
        Assert.Equal(classes, reader.Classes);
        Assert.Equal(Six, await reader.ReadAllAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Reads_every_version_of_the_format(byte version) =>
        Assert.Equal(Six, await LogitReaders.ReadAllAsync(Npy.Make("<f4", "(2, 3)", Six, version: version)));

    [Theory]
    [InlineData("{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}")]
    [InlineData("""{"descr":"<f4","fortran_order":False,"shape":(2,3)}""")]
    [InlineData("{ 'descr' : '<f4' , 'fortran_order' : False , 'shape' : (2, 3,) }            ")]
    public async Task Reads_a_header_however_it_is_laid_out(string dictionary) =>
        Assert.Equal(Six, await LogitReaders.ReadAllAsync(Npy.Make(dictionary, [.. Six.SelectMany(BitConverter.GetBytes)])));

    [Fact]
    public async Task Reads_no_rows_from_an_array_without_rows()
    {
        await using var reader = await LogitReaders.OpenAsync(Npy.Make<float>("<f4", "(0, 3)", []));
        Assert.Equal(3, reader.Classes);
        Assert.Empty(await reader.ReadAllAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Reads_from_a_pipe_that_gives_little_at_a_time(int bytesAtATime)
    {
        var stream = new Trickle(Npy.Make("<f4", "(2, 3)", Six), bytesAtATime);
        await using var reader = await LogitReader.OpenAsync("pipe", stream, TestContext.Current.CancellationToken);
        Assert.Null(reader.Length);
        Assert.Equal(Six, await reader.ReadAllAsync());
    }

    [Theory]
    [InlineData(">f4", "(2, 3)", "False", "big-endian (>f4)")]
    [InlineData("<i4", "(2, 3)", "False", "dtype <i4")]
    [InlineData("|O", "(2, 3)", "False", "dtype |O")]
    [InlineData("<f4", "(2, 3)", "True", "Fortran order")]
    [InlineData("<f4", "(1, 2, 3)", "False", "3 dimensions (1 × 2 × 3)")]
    [InlineData("<f4", "()", "False", "0 dimensions")]
    [InlineData("<f4", "(6, 0)", "False", "0 classes")]
    [InlineData("<f4", "(2, -3)", "False", "a shape that is not one")]
    [InlineData("<f4", "(9223372036854775807, 3)", "False", "more than a file can hold")]
    [InlineData("<f4", "(3, 3)", "False", "it says 3 rows, and holds 2")]
    public async Task Says_what_is_wrong_with_the_array(string descr, string shape, string order, string said) =>
        Assert.Contains(said, await LogitReaders.RefusalAsync(Npy.Make(descr, shape, Six, order)), StringComparison.Ordinal);

    [Theory]
    [InlineData("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,)}")]
    [InlineData("{'descr': '<f4', 'shape': (6,)}")]
    [InlineData("not a dictionary")]
    public async Task Refuses_a_header_that_describes_no_plain_array(string dictionary) =>
        Assert.Contains("not a plain array's", await LogitReaders.RefusalAsync(Npy.Make(dictionary, new byte[24])), StringComparison.Ordinal);

    [Theory]
    [InlineData("descr", "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'descr': [('x', '<f4')]}")]
    [InlineData("fortran_order", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'fortran_order': True}")]
    [InlineData("shape", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), \"shape\": (3, 2)}")]
    public async Task Refuses_a_header_that_says_a_thing_twice(string key, string dictionary) => Assert.Contains(
        $"an .npy header with '{key}' more than once", await LogitReaders.RefusalAsync(Npy.Make(dictionary, new byte[24])), StringComparison.Ordinal);

    [Fact]
    public async Task Names_a_version_that_it_does_not_know() =>
        Assert.Contains("version 9", await LogitReaders.RefusalAsync(Npy.Make("<f4", "(2, 3)", Six, version: 9)), StringComparison.Ordinal);

    [Fact]
    public async Task Refuses_a_file_cut_short_at_any_byte()
    {
        var whole = Npy.Make("<f4", "(2, 3)", Six);
        for (var length = 6; length < whole.Length; length++)
        {
            var said = await LogitReaders.RefusalAsync(whole[..length]);
            Assert.True(said.Contains("ends within", StringComparison.Ordinal) || said.Contains("cut short", StringComparison.Ordinal), said);
        }
    }

    [Fact]
    public async Task Refuses_a_pipe_cut_short()
    {
        var stream = new Trickle(Npy.Make("<f4", "(2, 3)", Six)[..^1], 5);
        await using var reader = await LogitReader.OpenAsync("pipe", stream, TestContext.Current.CancellationToken);
        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => reader.ReadAllAsync(rowsAtATime: 1));
        Assert.Contains("it says 2 rows, and holds 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_file_in_which_another_array_follows()
    {
        var array = Npy.Make("<f4", "(2, 3)", Six);
        Assert.Equal("two.npy goes on after its array: save each array to a file of its own.", await LogitReaders.RefusalAsync(
            [.. array, .. array], "two.npy"));
    }

    [Fact]
    public async Task Refuses_a_pipe_in_which_another_array_follows()
    {
        var array = Npy.Make("<f4", "(2, 3)", Six);
        await using var reader = await LogitReader.OpenAsync("pipe", new Trickle([.. array, .. array], 5), TestContext.Current.CancellationToken);
        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => reader.ReadAllAsync(rowsAtATime: 1));
        Assert.Contains("goes on after its array", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_allocate_what_a_hostile_header_asks_for()
    {
        byte[] hostile = [0x93, .. "NUMPY"u8, 2, 0, 0xff, 0xff, 0xff, 0x7f, 0];
        Assert.Contains("header of 2147483647 bytes", await LogitReaders.RefusalAsync(hostile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_other_bytes_under_the_name_of_an_npy_file() =>
        Assert.Contains("not an .npy file", await LogitReaders.RefusalAsync("1,2,3\n"u8.ToArray(), "x.npy"), StringComparison.Ordinal);
}
