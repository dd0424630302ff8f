using System.Text;
using System.Text.Json;
using CsCheck;
using Scoring.Heads.Reading;

namespace Scoring.Heads.Tests;

public sealed class HeadJsonTests
{
    private static readonly Gen<string> Name = Gen.String[Gen.Char.AlphaNumeric, 1, 12].Select(name => $"head-{name}");

    private static readonly Gen<float> Bias = Gen.Float[-100, 100];

    private static readonly Gen<HeadDefinition> Head =
        from name in Name
        from activation in Gen.Enum<Activation>()
        from widths in Gen.Int[1, 4].Array[1, 4]
        from isGrouped in Gen.Bool
        from hasLabels in Gen.Bool
        from hasWidth in Gen.Bool
        from temperature in Gen.Float[0.001f, 1000]
        from threshold in Gen.Float[0, 1]
        from bias in Gen.OneOf(Gen.Const<float[]>([]), Bias.Array[widths.Sum()])
        let groups = isGrouped && activation is Activation.Softmax or Activation.LogSoftmax ? widths : []
        select new HeadDefinition
        {
            Name = name,
            Activation = activation,
            Classes = hasWidth || hasLabels || bias.Length > 0 || groups.Length > 0 ? widths.Sum() : 0,
            Labels = hasLabels ? new LabelTable(Enumerable.Range(0, widths.Sum()).Select(label => $"größe \"{label}\"")) : LabelTable.Empty,
            Temperature = temperature,
            Threshold = activation == Activation.Linear ? 0 : threshold,
            Bias = bias,
            Groups = groups,
        };

    [Fact]
    public void A_file_of_another_encoding_is_refused()
    {
        var latin = Encoding.Latin1.GetBytes("""{ "pets": { "activation": "softmax", "labels": ["café", "the"] } }""");
        Assert.Equal("it is not UTF-8", Assert.Throws<FormatException>(() => JsonSettings.Read(new MemoryStream(latin))).Message);
        // With its mark, as some editors write it.
        var marked = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("""{ "é": {} }""")).ToArray();
        Assert.Equal(["é"], JsonSettings.Read(new MemoryStream(marked)).Keys);
    }

    [Fact]
    public void Heads_are_read_as_they_were_written() =>
        Head.Array[0, 4].Select(heads => heads.DistinctBy(head => head.Name.ToUpperInvariant()).ToArray()).Sample(heads =>
    {
        var read = Read(HeadJson.Write(heads));
        Assert.Empty(read.Problems);
        Assert.Equal(heads.OrderBy(head => head.Name, StringComparer.OrdinalIgnoreCase).Select(Values), read.Heads.Select(Values));
    });

    [Theory]
    [InlineData("'new pets' is not a head's name", "new pets")]
    [InlineData("'' is not a head's name", "")]
    [InlineData("'pets:young' is not a head's name", "pets:young")]
    [InlineData("Two heads have the name 'Pets'.", "pets", "Pets")]
    public void Heads_that_could_not_be_read_are_not_written(string said, params string[] names) => Assert.StartsWith(
        said,
        Assert.Throws<ArgumentException>(() => HeadJson.Write([.. names.Select(
            name => new HeadDefinition { Name = name, Activation = Activation.Softmax })])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Labels_are_written_as_they_are() =>
        Assert.Contains("große", HeadJson.Write(
            new HeadDefinition { Name = "pets", Activation = Activation.Softmax, Labels = new(["große \"Katze\""]) }), StringComparison.Ordinal);

    [Fact]
    public void What_is_wrong_is_told_by_its_path_and_the_rest_is_read()
    {
        var read = Read("""
            {
              // A comment, and commas too many.
              "pets": { "activation": "softmax", "labels": ["cat", "dog", "cow"], "bias": [1, 2], },
              "Softmax": { "activation": "softmax" },
              "toys": { "activation": "sigmoid", "classes": 7, "temperature": "1e3" },
            }
            """, new HeadLimits { Heads = 2, Classes = 6, LabelLength = 2 });
        Assert.Equal(
            [
                "Heads has 3 heads; at most 2 are allowed (HeadLimits.Heads)",
                "Heads:pets:labels:0 has 3 characters; a label has 1 to 2 (HeadLimits.LabelLength)",
                "Heads:pets:labels:1 has 3 characters; a label has 1 to 2 (HeadLimits.LabelLength)",
                "Heads:pets:labels:2 has 3 characters; a label has 1 to 2 (HeadLimits.LabelLength)",
                "Heads:pets:bias is for 2 classes, and labels for 3; they must agree",
                "Heads:Softmax is built in, which configuration cannot change; choose another name",
            ],
            read.Problems);
        var toys = Read("""{ "toys": { "activation": "Sigmoid", "classes": 7, "temperature": "1e3" } }""").Heads.Single();
        Assert.Equal(("toys", Activation.Sigmoid, 7, 1000f, 0.5f), (toys.Name, toys.Activation, toys.Classes, toys.Temperature, toys.Threshold));
    }

    [Fact]
    public void Labels_come_from_a_file_beside_the_heads()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "pets.txt"), "cat\r\ngrüße 大\r\n");
            using var json = new MemoryStream("""{ "pets": { "activation": "softmax", "labelsFile": "pets.txt" } }"""u8.ToArray());
            var read = HeadJson.Read(json, folder.FullName);
            Assert.Equal(["cat", "grüße 大"], read.Heads.Single().Labels);
            Assert.Equal([Path.Combine(folder.FullName, "pets.txt")], read.LabelsFiles);
            Assert.True(json.CanRead);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("[]", "Top-level JSON element must be an object. Instead, 'Array' was found.")]
    [InlineData("""{ "pets": { "bias": 1, "BIAS": 2 } }""", "A duplicate key 'pets:BIAS' was found.")]
    public void What_is_no_object_of_heads_is_refused(string json, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Read(json)).Message);

    [Theory]
    [InlineData(@"{ ""pets"": { ""labels"": [""cat"", ""\udc00\ud800""] } }", "pets:labels:1 has half of a character")]
    [InlineData(@"{ ""pets"": { ""\ud800"": 1 } }", "a key of pets has half of a character")]
    [InlineData(@"{ ""\ud800x"": { } }", "the name of a head has half of a character")]
    public void Half_of_a_surrogate_pair_is_refused_with_its_place(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Both_halves_of_a_surrogate_pair_are_a_character() => Assert.Equal(
        ["\U0001F431"], Read(@"{ ""pets"": { ""activation"": ""softmax"", ""labels"": [""\ud83d\udc31""] } }").Heads.Single().Labels);

    [Fact]
    public void What_is_no_JSON_is_refused() => Assert.ThrowsAny<JsonException>(() => Read("""{ "pets": """));

    [Fact]
    public void Classes_are_named_where_a_head_has_no_labels()
    {
        var json = HeadJson.Write(
            new HeadDefinition { Name = "bare", Activation = Activation.Softmax, Classes = 2, Temperature = 1.5f },
            new HeadDefinition { Name = "named", Activation = Activation.Softmax, Labels = new(["yes", "no"]) });
        Assert.Equal(json, HeadJson.WithLabels(json, []));
        var heads = Read(HeadJson.WithLabels(json, ["cat", "größe"])).Heads;
        Assert.Equal(["cat", "größe"], heads[0].Labels);
        Assert.Equal((2, 1.5f), (heads[0].Classes, heads[0].Temperature));
        Assert.Equal(["yes", "no"], heads[1].Labels);
    }

    [Fact]
    public void Keys_come_numbers_first_and_by_their_size()
    {
        var node = new SettingNode("root");
        string[] keys = ["b", "10", "A", "9", "-1", "a1", "011"];
        foreach (var key in keys)
        {
            node.Set($":{key}:below", key);
        }

        Assert.Equal(["-1", "9", "10", "011", "A", "a1", "b"], node.Children.Select(child => child.Key));
        Assert.Equal("root:A:below", node["a"]!["BELOW"]!.Path);
    }

    private static HeadConfiguration Read(string json, HeadLimits? limits = null) =>
        HeadJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), limits: limits);

    private static string Values(HeadDefinition head) => JsonSerializer.Serialize(head);
}
