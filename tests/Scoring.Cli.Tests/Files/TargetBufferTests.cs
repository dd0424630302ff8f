using Scoring.Cli.Files;

namespace Scoring.Cli.Tests.Files;

/// <summary>What stands for a class in a file.</summary>
public sealed class TargetBufferTests
{
    private static readonly string[] Pets = ["cat", "dog", "rabbit"];

    [Fact]
    public void A_class_may_be_called_by_its_label_or_as_the_file_calls_its_column()
    {
        Assert.Equal(1u, Read(Pets, ["Katze", "Hund", "Hase"], "dog"));
        Assert.Equal(1u, Read(Pets, ["Katze", "Hund", "Hase"], "Hund"));
        Assert.Equal(1u, Read(Pets, ["Katze", "Hund", "Hase"], "1"));
        Assert.Equal(1u, Read(Pets, [], "1"));
    }

    [Fact]
    public void Labels_may_differ_by_spaces_and_others_may_have_some_around_them()
    {
        Assert.Equal((0u, 1u), (Read([" the", "the"], [], " the"), Read([" the", "the"], [], "the")));
        Assert.Equal(1u, Read([" a", "b"], [], " b "));
        Assert.Equal(1u, Read(Pets, [], " 1\t"));
        Assert.Equal("the target is missing; it must be an index from 0 to 1", new TargetBuffer(TargetKind.Class, 2, [], [], rows: 1).Set(0, " "));
    }

    [Fact]
    public void A_number_is_no_index_where_the_file_calls_its_columns_by_numbers()
    {
        Assert.Equal(0u, Read(Pets, ["1", "2", "3"], "1"));
        Assert.Equal(1u, Read(Pets, ["2", "0", "1"], "0"));
        Assert.Equal(1u, Read(Pets, ["2", "0", "1"], "dog"));
        Assert.Equal(
            "the target is 0; it must be a label (cat, dog, rabbit, 1, 2, 3)", Buffer(Pets, ["1", "2", "3"]).Set(0, 0));
        // Of a head whose labels are numbers, too, and other ones.
        Assert.Equal(2u, Read(["3", "4", "5"], ["0", "1", "2"], "5"));
        Assert.Equal(2u, Read(["3", "4", "5"], ["0", "1", "2"], "2"));
        Assert.NotNull(Buffer(["1", "x", "y"], ["a", "1.0", "c"]).Set(0, 1));
    }

    [Fact]
    public void Whole_numbers_that_one_double_stands_for_are_told_apart()
    {
        string[] ids = ["1234567890123456789", "1234567890123456790", "5"];
        Assert.Equal((0u, 1u, 2u), (Read(ids, [], ids[0]), Read(ids, [], ids[1]), Read(ids, [], "5.0")));
        var buffer = Buffer(ids, []);
        Assert.Null(buffer.Set(0, 1234567890123456790L));
        Assert.Equal(1u, buffer.Of(1)[0]);
        const string Allowed = "; it must be a label (1234567890123456789, 1234567890123456790, 5)";
        Assert.Equal($"the target is 1234567890123456788{Allowed}", buffer.Set(0, 1234567890123456788UL));
        Assert.Equal($"the target is 1234567890123456791{Allowed}", buffer.Set(0, "1234567890123456791"));
        Assert.Equal($"the target is 1{Allowed}", buffer.Set(0, 1));
        Assert.Equal("the target is 9007199254740993; it must be a label (9007199254740992, a)",
            Buffer(["9007199254740992", "a"], []).Set(0, 9007199254740993L));
    }

    [Fact]
    public void A_truth_is_the_class_of_its_name_and_1_or_0_where_classes_have_none()
    {
        Assert.Equal((0u, 1u), (Read(["true", "false"], truth: true), Read(["true", "false"], truth: false)));
        Assert.Equal((1u, 0u), (Read(["False", "True"], truth: true), Read(["False", "True"], truth: false)));
        Assert.Equal((1u, 0u), (Read([], truth: true), Read([], truth: false)));
        Assert.Equal((1u, 0u), (Read([], [], "True"), Read([], [], "FALSE")));
        Assert.Equal((1u, 0u), (Read(["False", "True"], [], "true"), Read(["False", "True"], [], "False")));
        Assert.Equal("the target is true; it must be a label (yes, no) or an index from 0 to 1", Buffer(["yes", "no"], []).Set(0, truth: true));
        var flags = new TargetBuffer(TargetKind.Labels, 2, ["true", "false"], [], rows: 1);
        Assert.Null(flags.Set(0, truth: false));
        Assert.Null(flags.Set(1, truth: true));
        Assert.Equal([0u, 1u], flags.Of(1).ToArray());
    }

    private static TargetBuffer Buffer(string[] labels, string[] columns) =>
        new(TargetKind.Class, Math.Max(labels.Length, 2), labels, columns, rows: 1);

    private static uint Read(string[] labels, string[] columns, string target)
    {
        var buffer = Buffer(labels, columns);
        Assert.Null(buffer.Set(0, target));
        return buffer.Of(1)[0];
    }

    private static uint Read(string[] labels, bool truth)
    {
        var buffer = Buffer(labels, []);
        Assert.Null(buffer.Set(0, truth));
        return buffer.Of(1)[0];
    }
}
