namespace Scoring.Cli.Tests.Commands;

public sealed class UsageTests
{
    private const string Thirty = "abcdefghijklmnopqrstuvwxyzabcd";
    private const string Long = Thirty + Thirty + Thirty + Thirty;

    [Theory]
    [InlineData("Unrecognized command or argument 'frobnicate'", "frobnicate")]
    [InlineData("'--output' is required", "score", "x.csv")]
    [InlineData("--output must end in .npy, .csv or .parquet", "score", "x.csv", "--output", "y.txt")]
    [InlineData("--server: 'localhost:x' is no address of a service; one reads host", "score", "x.csv", "--output", "-", "--server", "localhost:x")]
    [InlineData("is no address of a service; one reads host:port, http://host:port", "score", "x.csv", "--output", "-", "--server", "unix:")]
    [InlineData("--temperature must be a number above 0, not '0'", "score", "x.csv", "--output", "-", "--temperature", "0")]
    [InlineData("--temperature must be a number above 0, not 'warm'", "score", "x.csv", "--output", "-", "--temperature", "warm")]
    [InlineData("--temperature must be a number above 0, not 'inf'", "score", "x.csv", "--output", "-", "--temperature", "inf")]
    [InlineData("'ignore' not recognized", "score", "x.csv", "--output", "-", "--non-finite", "ignore")]
    [InlineData("--message-size must be a number of bytes", "score", "x.csv", "--output", "-", "--message-size", "0")]
    [InlineData("--message-size must be a number of bytes", "score", "x.csv", "--output", "-", "--message-size", "9999M")]
    [InlineData("'--temprature' is neither an option nor a setting", "score", "x.csv", "--output", "-", "--temprature", "2")]
    [InlineData("'--Auth:ApiKeysFile=x' is not a setting that the service reads; those begin with --Scoring:", "serve", "--", "--Auth:ApiKeysFile=x")]
    [InlineData("--server names another", "score", "x.csv", "--output", "-", "--server", "http://localhost:1", "--", "--Scoring:Limits:Rows=3")]
    [InlineData("--top-k writes labels: --output must end in .csv or .parquet", "score", "x.csv", "--output", "y.npy", "--top-k", "2")]
    [InlineData("--top-k must be a whole number from 1, not '0'", "score", "x.csv", "--output", "y.csv", "--top-k", "0")]
    [InlineData("--report must end in .html, not 'x.csv'", "evaluate", "x.csv", "--report", "x.csv")]
    [InlineData("--output must end in .json, not 'x.csv'", "calibrate", "x.csv", "--output", "x.csv")]
    [InlineData("--temperature must be a number above 0, not '-1'", "evaluate", "x.csv", "--temperature", "-1")]
    [InlineData("is no address of a service; one reads host:port, http://host:port", "heads", "--server", "nowhere")]
    [InlineData("Settings after -- are for the service within this process", "heads", "--server", "http://x:1", "--", "--Scoring:Limits:Rows=1")]
    [InlineData("--port must be 0 to 65535, not '65536'", "serve", "--port", "65536")]
    [InlineData("--port must be 0 to 65535, not '80.5'", "serve", "--port", "80.5")]
    [InlineData("--protocol must be native or oip, not 'x'.", "bench", "--protocol", "x")]
    [InlineData("--protocol oip is measured with streams, fp32 logits and scores", "bench", "--protocol", "oip", "--type", "fp16")]
    [InlineData("--protocol oip is measured with streams, fp32 logits and scores", "bench", "--protocol", "oip", "--outputs", "top_k")]
    [InlineData("--http-port must be 0 to 65535, not '-1'", "serve", "--http-port", "-1")]
    [InlineData("--admin-port must be 0 to 65535, not '65536'", "serve", "--admin-port", "65536")]
    [InlineData("--address must be an IP address", "serve", "--address", "localhost")]
    [InlineData("--unix-socket takes the place of --port", "serve", "--unix-socket", "/x", "--port", "1")]
    [InlineData("--rows must be a whole number from 1, not '0'", "bench", "--rows", "0")]
    [InlineData("--window and --streams put 2147483647 messages in flight; 1048576 are", "bench", "--window", "2147483647", "--streams", "1")]
    [InlineData("--window and --streams put 2147483647 messages in flight; 1048576 are", "bench", "--window", "2147483647", "--unary")]
    [InlineData("--rows and --classes make messages of 200000000000 logits; 67108864 are the", "bench", "--rows", "200000", "--classes", "1000000")]
    [InlineData("--outputs takes scores, top_k", "bench", "--protocol", "oip", "--outputs", "nope")]
    [InlineData("--streams must be a whole number from 1 to 10000, not '10001'", "bench", "--streams", "10001")]
    [InlineData("--window must be a whole number from 1, not '1.5'", "bench", "--window", "1.5")]
    [InlineData("--duration must be from 0.1 to 86400 seconds, not '0'", "bench", "--duration", "0")]
    [InlineData("--rate must be a number from 0.1 to 10000000, not '0'", "bench", "--rate", "0")]
    [InlineData("--outputs takes scores, top_k", "bench", "--outputs", "scores,labels")]
    [InlineData("'fp8' not recognized", "bench", "--type", "fp8")]
    [InlineData("--unary has no streams", "bench", "--unary", "--streams", "2")]
    [InlineData("--check knows the heads softmax", "bench", "--check", "--head", "iris")]
    [InlineData("--server names another", "bench", "--server", "http://localhost:1", "--", "--Scoring:Limits:Rows=3")]
    [InlineData("--server must be host:port, http://host:port or https://host:port, not 'unix:/x'", "top", "--server", "unix:/x")]
    [InlineData("is no address of a service; one reads host:port, http://host:port", "heads", "--server", "http://localhost:1/path")]
    [InlineData("is no address of a service; one reads host:port, http://host:port", "heads", "--server", "http://localhost:1?x")]
    [InlineData("is no address of a service; one reads host:port, http://host:port", "heads", "--server", "http://localhost:1#x")]
    [InlineData("is no address of a service; one reads host:port, http://host:port", "bench", "--server", "http://user:pass@localhost:1")]
    [InlineData("--server must be host:port, http://host:port or https://host:port, not 'http://user@x:1'", "top", "--server", "http://user@x:1")]
    [InlineData("which is too long for the path of a socket", "heads", "--server", "unix:/" + Long)]
    [InlineData("which is too long for the path of a socket", "bench", "--server", "unix:///" + Long)]
    [InlineData("input must be a path, not ''", "score", "", "--output", "-")]
    [InlineData("input must be a path, not ''", "evaluate", "")]
    [InlineData("--targets must be a path, not ''", "evaluate", "x.npy", "--targets", "")]
    [InlineData("--unix-socket must be a path, not ''", "serve", "--unix-socket", "")]
    [InlineData("--interval must be from 0.1 to 3600 seconds, not '0'", "top", "--interval", "0")]
    [InlineData("'a/b' is not a name; it must be 1 to 128 letters", "key", "new", "a/b")]
    [InlineData("Try 'scoring key new --help'.", "key", "new")]
    [InlineData("Try 'scoring key --help'.", "key")]
    public async Task Bad_usage_is_explained_and_ends_with_2(string said, params string[] arguments)
    {
        var result = await ScoringProcess.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    public async Task The_root_lists_the_commands(params string[] arguments)
    {
        var result = await ScoringProcess.RunAsync(arguments);
        Assert.Equal(0, result.ExitCode);
        Assert.All(["demo", "serve", "score", "bench", "top"], command => Assert.Contains($"  {command} ", result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_is_that_of_the_package()
    {
        var result = await ScoringProcess.RunAsync("--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+(-[\w.]+)?$", result.Output.Trim());
    }
}
