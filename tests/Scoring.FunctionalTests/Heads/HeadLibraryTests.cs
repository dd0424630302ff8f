using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Scoring.Heads;
using Scoring.Heads.Reading;
using Scoring.Protocol;

namespace Scoring.FunctionalTests.Heads;

/// <summary>The library of heads knows neither .NET's configuration nor the protocol. In what they have in common it does as they do.</summary>
public sealed class HeadLibraryTests
{
    private static readonly Gen<string> Key = Gen.OneOf(One("a", "A", "b", "a:b", "0", "10", "9", "-1", ""), Gen.String[Gen.Char.AlphaNumeric, 1, 3]);

    /// <summary>JSON, some of it with one path twice, or cut short.</summary>
    private static readonly Gen<string> Json = Gen.Select(
        Gen.Recursive<string>(
            (depth, inner) => depth > 3 ? Leaf : Gen.OneOf(Leaf, Object(inner), inner.Array[0, 3].Select(values => $"[{string.Join(',', values)}]"))),
        Gen.OneOf(Gen.Const(1.0), Gen.Double[0, 1])).Select((json, kept) => json[..(int)(json.Length * kept)]);

    private static Gen<string> Leaf => One("1", "-1.50e3", "true", "false", "null", "\"\"", "\"gr\\u00fc\\u00dfe\"", "\"1:2\"", "{}", "[]");

    [Fact]
    public void A_file_of_heads_is_read_as_configuration_reads_it() =>
        Json.Sample(json => Assert.Equal(Outcome(json, stream => new Theirs(stream).Settings), Outcome(json, JsonSettings.Read)), iter: 5_000);

    [Fact]
    public void Keys_are_in_the_order_of_configuration() => Key.Where(key => !key.Contains(':', StringComparison.Ordinal)).Array[0, 12].Sample(keys =>
    {
        var node = new SettingNode("root");
        foreach (var key in keys)
        {
            node.Set($":{key}", key);
        }

        var distinct = keys.Distinct(StringComparer.OrdinalIgnoreCase);
        Assert.Equal(distinct.OrderBy(key => key, ConfigurationKeyComparer.Instance), node.Children.Select(child => child.Key));
    });

    [Fact]
    public void Activations_have_the_names_and_the_numbers_of_the_protocol() => Assert.Equal(
        Enum.GetValues<V1.Activation>().Select(activation => (activation.ToString(), (int)activation)),
        Enum.GetValues<Activation>().Select(activation => (activation.ToString(), (int)activation)));

    [Fact]
    public void A_head_has_no_longer_name_than_a_message_may_carry() => Assert.Equal(PooledScoreRequest.MaxHeadLength, HeadDefinition.MaxNameLength);

    private static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static Gen<string> Object(Gen<string> values) =>
        Gen.Select(Key, values).Array[0, 4].Select(pairs => $"{{{string.Join(',', pairs.Select(pair => $"\"{pair.Item1}\": {pair.Item2}"))}}}");

    /// <summary>What comes of a text: settings in order, the message, or where it is no JSON.</summary>
    private static string Outcome(string json, Func<Stream, IDictionary<string, string?>> read)
    {
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
            return string.Join('\n', read(stream).Select(setting => $"{setting.Key} = {setting.Value ?? "(null)"}"));
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
        catch (JsonException exception)
        {
            return $"no JSON at {exception.LineNumber}, {exception.BytePositionInLine}";
        }
    }

    private sealed class Theirs : JsonStreamConfigurationProvider
    {
        public Theirs(Stream json)
            : base(new JsonStreamConfigurationSource())
        {
            Load(json);
        }

        public IDictionary<string, string?> Settings => Data;
    }
}
