using System.Runtime.InteropServices;

namespace Scoring.Kernels.Tests;

public sealed class FloatConversionTests
{
    [Fact]
    public void Every_half_is_converted_exactly()
    {
        Half[] halves = Enumerable.Range(0, 65536).Select(i => BitConverter.UInt16BitsToHalf((ushort)i)).ToArray();
        float[] results = new float[65536], fromBytes = new float[65536];
        byte[] bytes = [0, .. MemoryMarshal.AsBytes(halves.AsSpan())];

        FloatConversion.FromHalf(halves, results);
        FloatConversion.FromHalf(bytes.AsSpan(1), fromBytes);

        Assert.Equal(halves.Select(half => (float)half), results);
        Assert.Equal(results, fromBytes);
    }

    [Fact]
    public void Every_bfloat16_is_converted_exactly()
    {
        ushort[] bits = Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray();
        float[] results = new float[65536], fromBytes = new float[65536];
        byte[] bytes = [0, .. MemoryMarshal.AsBytes(bits.AsSpan())];

        FloatConversion.FromBFloat16(bits, results);
        FloatConversion.FromBFloat16(bytes.AsSpan(1), fromBytes);

        Assert.Equal(bits.Select(value => value << 16), Samples.Bits(results));
        Assert.Equal(Samples.Bits(results), Samples.Bits(fromBytes));
    }

    [Fact]
    public void Doubles_are_rounded_to_the_nearest_float()
    {
        double[] doubles = [0, -0.0, 1 / 3.0, 1e300, -1e300, double.NaN, double.NegativeInfinity, 1e-46, 1e-45,
            .. Enumerable.Range(0, 50).Select(i => Math.Sqrt(i))];
        float[] results = new float[doubles.Length], fromBytes = new float[doubles.Length];
        byte[] bytes = [0, 0, 0, .. MemoryMarshal.AsBytes(doubles.AsSpan())];

        FloatConversion.FromDouble(doubles, results);
        FloatConversion.FromDouble(bytes.AsSpan(3), fromBytes);

        Assert.Equal(doubles.Select(value => (float)value), results);
        Assert.Equal(results, fromBytes);
    }

    [Fact]
    public void Every_length_is_converted_whole()
    {
        for (int length = 0; length < 70; length++)
        {
            float[] expected = Samples.Normal(length, seed: length).Select(value => (float)(Half)value).ToArray();
            var results = new float[length];

            FloatConversion.FromHalf(Array.ConvertAll(expected, value => (Half)value), results);
            Assert.Equal(expected, results);

            FloatConversion.FromDouble(Array.ConvertAll(expected, value => (double)value), results);
            Assert.Equal(expected, results);
        }
    }

    [Fact]
    public void Refuses_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => FloatConversion.FromHalf(new byte[3], new float[1]));
        Assert.Throws<ArgumentException>(() => FloatConversion.FromBFloat16(new ushort[3], new float[2]));
        Assert.Throws<ArgumentException>(() => FloatConversion.FromDouble(new byte[12], new float[1]));
    }
}
