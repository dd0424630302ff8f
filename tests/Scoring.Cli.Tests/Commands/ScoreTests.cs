using System.Globalization;

namespace Scoring.Cli.Tests.Commands;

public sealed class ScoreTests
{
    private const double Tolerance = 3e-7;

    private static readonly string[] Pets =
    [
        "--Scoring:Heads:pets:Activation=softmax",
        "--Scoring:Heads:pets:Labels:0=cat",
        "--Scoring:Heads:pets:Labels:1=dog",
        "--Scoring:Heads:pets:Labels:2=hen",
        "--Scoring:Heads:pets:Threshold=0.5",
    ];

    [Fact]
    public async Task Digits_come_out_as_the_reference_has_them_from_a_service_within()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", TestData.PathOf("digits.logits.npy"), "--head", "softmax", "--output", folder["out.npy"]);
        Assert.Equal(0, result.ExitCode);
        AssertIsReference("digits", 899, 10, folder["out.npy"]);
    }

    [Fact]
    public async Task Digits_come_out_as_the_reference_has_them_from_a_service_at_a_port()
    {
        var (process, address) = await ScoringProcess.ServeAsync("--port", "0", "--address", "127.0.0.1");
        using (process)
        {
            await AssertScoresDigitsAsync(address);
        }
    }

    [Fact]
    public async Task Digits_come_out_as_the_reference_has_them_from_a_service_at_a_socket()
    {
        using var folder = new TemporaryFolder();
        var (process, address) = await ScoringProcess.ServeAsync("--unix-socket", folder["service.sock"]);
        using (process)
        {
            Assert.Equal($"unix:{folder["service.sock"]}", address);
            await AssertScoresDigitsAsync(address);
        }
    }

    [Fact]
    public async Task Attributes_come_out_of_the_sigmoid_as_the_reference_has_them()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", TestData.PathOf("attributes.csv"), "--head", "sigmoid", "-o", folder["out.npy"]);
        Assert.Equal(0, result.ExitCode);
        AssertIsReference("attributes", 899, 4, folder["out.npy"]);
    }

    [Fact]
    public async Task Csv_comes_out_with_the_names_of_its_classes()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("score", TestData.PathOf("iris.csv"), "--output", folder["out.csv"]);
        Assert.Equal(0, result.ExitCode);

        var lines = await File.ReadAllLinesAsync(folder["out.csv"], TestContext.Current.CancellationToken);
        Assert.Equal("predicted,probability,probability_setosa,probability_versicolor,probability_virginica", lines[0]);
        var rows = lines.Skip(1).Select(line => line.Split(',', 2)).ToList();
        AssertClose(Reference("iris", 3), [.. rows.SelectMany(row => Numbers(row[1]).Skip(1))]);
        Assert.All(rows, row => Assert.Equal(Numbers(row[1]).Skip(1).Max(), Numbers(row[1]).First()));
        string[] labels = ["setosa", "versicolor", "virginica"];
        Assert.All(rows, row => Assert.Equal(labels[Numbers(row[1]).Skip(1).ToList().IndexOf(Numbers(row[1]).First())], row[0]));
    }

    [Fact]
    public async Task The_best_classes_come_out_by_name()
    {
        var result = await PipeAsync("logit_a,logit_b,logit_c\n0,1,-inf\n", "--top-k", "2");
        Assert.Equal("label_1,probability_1,label_2,probability_2", result.OutputLines[0]);
        Assert.StartsWith("b,0.73105", result.OutputLines[1], StringComparison.Ordinal);
        Assert.Contains(",a,0.2689", result.OutputLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_best_classes_come_out_by_index_where_they_have_no_names()
    {
        var result = await PipeAsync("0,1\n", "--top-k", "1", "--head", "linear");
        Assert.Equal("index_1,logit_1\n1,1\n", result.Output);
    }

    [Fact]
    public async Task A_configured_heads_labels_and_threshold_are_in_the_table()
    {
        var result = await PipeAsync("2,0,0\n0,0,0\n", ["--head", "pets", "--", .. Pets]);
        Assert.Equal(["predicted", "probability", "probability_cat", "probability_dog", "probability_hen"], result.OutputLines[0].Split(','));
        Assert.StartsWith("cat,0.78", result.OutputLines[1], StringComparison.Ordinal);
        Assert.StartsWith(",0.3333", result.OutputLines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_heads_labels_name_the_best_classes()
    {
        var result = await PipeAsync("2,0,1\n", ["--head", "pets", "--top-k", "2", "--", .. Pets]);
        Assert.Equal("label_1,probability_1,label_2,probability_2", result.OutputLines[0]);
        Assert.Equal(["cat", "hen"], result.OutputLines[1].Split(',').Where((_, column) => column % 2 == 0));
    }

    [Fact]
    public async Task Parquet_scores_as_CSV_does()
    {
        using var folder = new TemporaryFolder();
        var first = await ScoringProcess.RunAsync("score", TestData.PathOf("iris.csv"), "--head", "linear", "--output", folder["logits.parquet"]);
        Assert.Equal(0, first.ExitCode);
        await ScoringProcess.RunAsync("score", folder["logits.parquet"], "--output", folder["parquet.csv"]);
        await ScoringProcess.RunAsync("score", TestData.PathOf("iris.csv"), "--output", folder["csv.csv"]);
        Assert.Equal(
            await File.ReadAllTextAsync(folder["csv.csv"], TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(folder["parquet.csv"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task More_of_the_best_classes_than_there_are_is_refused()
    {
        var result = await PipeAsync("0,1\n", "--top-k", "3");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("scoring: --top-k is 3; standard input has 2 classes", result.ErrorLine);
    }

    [Fact]
    public async Task The_size_of_messages_changes_no_bit()
    {
        using var folder = new TemporaryFolder();
        foreach (var size in new[] { "1", "100", "4K", "1M" })
        {
            var result = await ScoringProcess.RunAsync(
                "score", TestData.PathOf("digits.logits.npy"), "--output", folder[$"{size}.npy"], "--message-size", size);
            Assert.Equal(0, result.ExitCode);
        }

        var files = folder.Names().Select(name => File.ReadAllBytes(folder[name])).ToList();
        Assert.All(files, file => Assert.Equal(files[0], file));
    }

    [Theory]
    [InlineData("<f8", "(2, 3)")]
    [InlineData("<f2", "(2, 3)")]
    public async Task Other_precisions_score_as_their_values_do(string descr, string shape)
    {
        using var folder = new TemporaryFolder();
        var input = descr == "<f8"
            ? Npy.Make(descr, shape, new double[] { 1, 2, 3, 0, 0, 0 })
            : Npy.Make(descr, shape, new Half[] { (Half)1, (Half)2, (Half)3, (Half)0, (Half)0, (Half)0 });
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.npy", input), "--output", folder["out.npy"]);
        Assert.Equal(0, result.ExitCode);
        AssertClose([.. Softmax([1, 2, 3]), .. Softmax([0, 0, 0])], Npy.Read<float>(folder["out.npy"]).Elements);
    }

    [Theory]
    [InlineData("in.npy")]
    [InlineData("in.csv")]
    public async Task All_the_digits_of_a_file_count(string name)
    {
        using var folder = new TemporaryFolder();
        var input = name == "in.npy"
            ? folder.Write(name, Npy.Make("<f8", "(2, 2)", new double[] { 1e9 + 0.5, 1e9, 1, -1e39 }))
            : folder.Write(name, "1000000000.5,1000000000\n1,-1e39\n");
        var refused = await ScoringProcess.RunAsync("score", input, "--output", folder["out.npy"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("column 1: the logit is -1E+39, which is more than FP32 holds", refused.Error, StringComparison.Ordinal);
        var flagged = await ScoringProcess.RunAsync("score", input, "--output", folder["out.npy"], "--non-finite", "flag");
        Assert.Equal(0, flagged.ExitCode);
        AssertClose([.. Softmax([0.5f, 0]), 0, 0], Npy.Read<float>(folder["out.npy"]).Elements);
    }

    [Fact]
    public async Task A_one_dimensional_array_is_one_row()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.npy", Npy.Make("<f4", "(3,)", new float[] { 1, 2, 3 }));
        var result = await ScoringProcess.RunAsync("score", input, "--output", folder["out.npy"]);
        Assert.Equal(0, result.ExitCode);
        var (dictionary, scores) = Npy.Read<float>(folder["out.npy"]);
        Assert.Contains("(1, 3)", dictionary, StringComparison.Ordinal);
        AssertClose(Softmax([1, 2, 3]), scores);
    }

    [Fact]
    public async Task An_array_without_rows_comes_out_without_rows()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.npy", Npy.Make<float>("<f4", "(0, 3)", []));
        var result = await ScoringProcess.RunAsync("score", input, "--output", folder["out.npy"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("(0, 3)", Npy.Read<float>(folder["out.npy"]).Dictionary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Temperature_divides_the_logits()
    {
        var result = await PipeAsync("1,2,3\n", "--temperature", "0.25");
        Assert.Equal(0, result.ExitCode);
        AssertClose(Softmax([4, 8, 12]), [.. Numbers(result.OutputLines[1]).Skip(2)]);
    }

    [Theory]
    [InlineData("log_softmax", "predicted,log_probability,log_probability_0,log_probability_1", -1.3132616f, -0.3132617f)]
    [InlineData("linear", "logit_0,logit_1", 1f, 2f)]
    public async Task Columns_are_named_after_what_the_head_makes(string head, string header, float first, float second)
    {
        var result = await PipeAsync("1,2\n", "--head", head);
        Assert.Equal(header, result.OutputLines[0]);
        AssertClose([first, second], [.. Numbers(result.OutputLines[1]).TakeLast(2)]);
    }

    [Fact]
    public async Task A_pipe_in_and_a_pipe_out_carry_nothing_but_the_rows()
    {
        var result = await PipeAsync("logit_a,logit_b,target\n0,0,a\n0,0,b\n");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("predicted,probability,probability_a,probability_b\na,0.5,0.5,0.5\na,0.5,0.5,0.5\n", result.Output);
        Assert.Matches(@"^2 rows × 2 classes in [\d.]+ s \([\d,]+ rows/s\)$", result.ErrorLine);
    }

    [Fact]
    public async Task An_npy_file_may_come_through_a_pipe()
    {
        using var process = ScoringProcess.Start("score", "-", "--output", "-");
        await process.Input.BaseStream.WriteAsync(Npy.Make("<f4", "(1, 2)", new float[] { 0, 0 }), TestContext.Current.CancellationToken);
        process.Input.Close();
        Assert.Equal("predicted,probability,probability_0,probability_1\n0,0.5,0.5,0.5\n", (await process.EndAsync()).Output);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_output_is_replaced_and_nothing_else_is_left()
    {
        using var folder = new TemporaryFolder();
        folder.Write("out.csv", "old");
        var result = await ScoringProcess.RunAsync("score", folder.Write("in.csv", "0,0\n"), "--output", folder["out.csv"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.EndsWith($" → {folder["out.csv"]}", result.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(
            "predicted,probability,probability_0,probability_1\n0,0.5,0.5,0.5\n",
            await File.ReadAllTextAsync(folder["out.csv"], TestContext.Current.CancellationToken));
        Assert.Equal(["in.csv", "out.csv"], folder.Names());
    }

    private static async Task AssertScoresDigitsAsync(string server)
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync(
            "score", TestData.PathOf("digits.logits.npy"), "--head", "softmax", "--output", folder["out.npy"], "--server", server);
        Assert.Equal(0, result.ExitCode);
        AssertIsReference("digits", 899, 10, folder["out.npy"]);
    }

    private static async Task<ProcessResult> PipeAsync(string csv, params string[] options)
    {
        using var process = ScoringProcess.Start(["score", "-", "--output", "-", .. options]);
        await process.Input.WriteAsync(csv);
        process.Input.Close();
        return await process.EndAsync();
    }

    /// <summary>rows × classes, row-major; some of the files are column-major.</summary>
    private static double[] Reference(string name, int classes)
    {
        var (dictionary, elements) = Npy.Read<double>(TestData.PathOf($"{name}.probabilities.npy"));
        var rows = elements.Length / classes;
        return dictionary.Contains("'fortran_order': True", StringComparison.Ordinal)
            ? [.. elements.Select((_, index) => elements[(index % classes * rows) + (index / classes)])]
            : elements;
    }

    private static void AssertIsReference(string name, int rows, int classes, string path)
    {
        var (dictionary, scores) = Npy.Read<float>(path);
        Assert.Equal($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {classes}), }}", dictionary);
        AssertClose(Reference(name, classes), scores);
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max(), 0, Tolerance);
    }

    private static double[] Softmax(double[] logits)
    {
        var sum = logits.Sum(Math.Exp);
        return [.. logits.Select(logit => Math.Exp(logit) / sum)];
    }

    private static IEnumerable<float> Numbers(string line) => line.Split(',').Select(field => float.Parse(field, CultureInfo.InvariantCulture));
}
