using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Heads;

namespace Scoring.FunctionalTests.Heads;

/// <summary>To read heads takes work that grows as they do: what is counted is how many settings of a source are looked at.</summary>
public sealed class ManyLabelsTests
{
    [Theory]
    [InlineData(1, 1000)]
    [InlineData(100, 10)]
    public async Task Four_times_as_much_of_heads_takes_four_times_the_work(int heads, int labels)
    {
        var once = await LooksAsync(heads, labels);
        Assert.InRange(await LooksAsync(heads, 4 * labels), once, 5 * once);
        Assert.InRange(await LooksAsync(4 * heads, labels), once, 5 * once);
    }

    [Fact]
    public async Task The_file_of_heads_is_read_as_it_stands()
    {
        using var folder = new TemporaryFolder();
        var labels = Enumerable.Range(0, 50_000).Select(label => $"label {label}").ToArray();
        var file = folder.Write("heads.json", $$"""
            { "wide": { "activation": "softmax", "labels": ["{{string.Join("\",\"", labels)}}"], "bias": [{{string.Join(',', Enumerable.Range(0, labels.Length))}}] } }
            """);
        await using var server = await ScoringServer.StartAsync($"--Scoring:HeadsFile={file}");
        var head = server.Services.GetRequiredService<HeadRegistry>().Find("wide")!;
        Assert.Equal(labels, head.Labels);
        Assert.Equal(Enumerable.Range(0, labels.Length).Select(bias => (float)bias), head.Bias);
    }

    private static async Task<long> LooksAsync(int heads, int labels)
    {
        var source = new CountedSource(heads, labels);
        await using var server = await ScoringServer.StartAsync(builder => ((IConfigurationBuilder)builder.Configuration).Add(source));
        Assert.Equal(labels, server.Services.GetRequiredService<HeadRegistry>().Find("head0")!.Bias.Length);
        return source.Looks;
    }

    /// <summary>A source of heads that counts each look at one of its settings.</summary>
    private sealed class CountedSource : ConfigurationProvider, IConfigurationSource
    {
        private readonly CountedSettings _settings = [];

        public CountedSource(int heads, int labels)
        {
            for (var head = 0; head < heads; head++)
            {
                _settings[$"Scoring:Heads:head{head}:activation"] = "softmax";
                for (var label = 0; label < labels; label++)
                {
                    _settings[$"Scoring:Heads:head{head}:labels:{label}"] = $"label {label}";
                    _settings[$"Scoring:Heads:head{head}:bias:{label}"] = "0.5";
                }
            }

            Data = _settings;
        }

        public long Looks => _settings.Looks;

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }

    private sealed class CountedSettings() : Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase), IEnumerable<KeyValuePair<string, string?>>
    {
        public long Looks { get; private set; }

        IEnumerator<KeyValuePair<string, string?>> IEnumerable<KeyValuePair<string, string?>>.GetEnumerator()
        {
            foreach (var setting in (Dictionary<string, string?>)this)
            {
                Looks++;
                yield return setting;
            }
        }
    }
}
