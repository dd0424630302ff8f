using System.Text;
using CsCheck;

namespace Scoring.Heads.Tests;

public sealed class LabelTableTests
{
    private static readonly Gen<string> Text =
        Gen.OneOf(
            Gen.Const(string.Empty), Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Const("größe-大"), Gen.String[Gen.Char.AlphaNumeric, 250, 300]);

    /// <summary>Labels of a head: no two are the same.</summary>
    private static readonly Gen<string[]> Labels = Text.Array[0, 10].Select(labels => labels.Distinct().ToArray());

    [Fact]
    public void A_label_is_found_by_its_text_and_its_UTF8_and_nothing_else_is() => Labels.Sample(labels =>
    {
        var table = new LabelTable(labels);
        Assert.Equal(labels, table);
        for (var i = 0; i < labels.Length; i++)
        {
            Assert.True(table.TryFind(Encoding.UTF8.GetBytes(labels[i]), out var index));
            Assert.Equal((i, labels[i]), (index, table[index]));
            Assert.Equal(Encoding.UTF8.GetBytes(labels[i]), table.Utf8[i]);
            Assert.True(table.TryFind(labels[i], out index));
            Assert.Equal(i, index);
            Assert.False(table.TryFind(Encoding.UTF8.GetBytes(labels[i] + "~"), out _));
            Assert.False(table.TryFind(labels[i] + "~", out _));
        }
    });

    [Fact]
    public void No_two_classes_have_the_same_label() => Assert.Throws<ArgumentException>(() => new LabelTable(["cat", "dog", "cat"]));
}
