using CsCheck;

namespace Scoring.Kernels.Tests;

public sealed class OneHotTests
{
    [Fact]
    public void Decoding_returns_what_was_encoded() =>
        (from classes in Gen.Int[1, 50] from indices in Gen.Int[0, classes - 1].Array[0, 20] select (classes, indices)).Sample(sample =>
        {
            var oneHot = new float[sample.indices.Length * sample.classes];
            oneHot.AsSpan().Fill(7);
            var decoded = new int[sample.indices.Length];

            OneHot.Encode(sample.indices, sample.classes, oneHot);
            OneHot.Decode(oneHot, sample.classes, decoded);

            Assert.Equal(sample.indices, decoded);
            Assert.Equal(sample.indices.Length, oneHot.Count(value => value == 1));
            Assert.Equal(oneHot.Length - sample.indices.Length, oneHot.Count(value => value == 0));
        });

    [Fact]
    public void Refuses_indices_that_are_not_classes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OneHot.Encode([3], 3, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => OneHot.Encode([-1], 3, new float[3]));
    }

    [Theory]
    [InlineData(0f, 0f, 0f)]
    [InlineData(1f, 1f, 0f)]
    [InlineData(0f, 0.5f, 1f)]
    [InlineData(1f, 0f, float.NaN)]
    public void Refuses_rows_that_are_not_one_hot(float a, float b, float c)
    {
        Assert.Throws<ArgumentException>(() => OneHot.Decode([a, b, c], 3, new int[1]));
    }
}
