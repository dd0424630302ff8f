namespace Scoring.Cli.Tests.Commands;

public sealed class EvaluateFailureTests
{
    private const string Header = "logit_a,logit_b,target\n";

    [Fact]
    public async Task No_head_is_written_with_a_label_that_no_service_takes()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("in.csv", "logit_,logit_b,target\n1,2,1\n3,1,0\n1,4,0\n");
        var result = await ScoringProcess.RunAsync("calibrate", file, "--output", folder["heads.json"]);
        Assert.Equal(
            (1, $"scoring: class 0 is called '', which has 0 characters; a label that {folder["heads.json"]} is to have has 1 to 256: name its "
                + "column otherwise."),
            (result.ExitCode, result.ErrorLine));
        Assert.Equal(["in.csv"], folder.Names());
    }

    [Theory]
    [InlineData(
        "logit_a,logit_b\n0,0\n", "has no targets: give them by --targets FILE.npy, or in a column target, or in columns target_NAME of 0 or 1.")]
    [InlineData(Header + "0,0,a\n0,0,c\n", ", row 1 (line 3), column target: the target is 'c'; it must be a label (a, b) or an index from 0 to 1")]
    [InlineData(Header + "0,0,\n", ", row 0 (line 2), column target: the target is missing; it must be a label (a, b) or an index from 0 to 1")]
    [InlineData(Header + "0,0,0.5\n", ", row 0 (line 2), column target: the target is 0.5; it must be a label (a, b) or an index from 0 to 1")]
    [InlineData(Header + "0,0,2\n", ", row 0 (line 2), column target: the target is 2; it must be a label (a, b) or an index from 0 to 1")]
    [InlineData(Header + "0,0,-1\n", ", row 0 (line 2), column target: the target is -1; it must be a label (a, b) or an index from 0 to 1")]
    [InlineData(Header + "0,0,a\n0,nan,b\n", ", row 1 (line 3), column logit_b: the logit is NaN, which has no score")]
    [InlineData(Header, "the stream has no rows to measure")]
    [InlineData("logit_a,logit_b,target_a,target_b\n0,0,1,2\n", ", row 0 (line 2), column target_b: the target is 2; it must be 0 or 1")]
    [InlineData("logit_a,logit_b,target_a\n0,0,1\n", "has targets for some labels only: there is a column logit_b, and no target_b.")]
    [InlineData("logit_a,target_a,target_c\n0,1,1\n", "has a column target_c, and no column logit_c that it is the target of.")]
    [InlineData("logit_a,logit_b,target,target_a\n0,0,a,1\n",
        "has a column target and a column target_a; a row has one class, or 0 or 1 for each label, not both.")]
    public async Task What_is_wrong_with_a_table_is_told_with_its_place(string csv, string message)
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("evaluate", folder.Write("in.csv", csv));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.ErrorLine, StringComparison.Ordinal);
        Assert.StartsWith("scoring: ", result.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_row_that_has_no_score_is_named_by_its_place_in_the_file_however_it_was_sent()
    {
        using var folder = new TemporaryFolder();
        const int Rows = 40_000;
        var logits = new float[Rows * 2];
        logits[(33_333 * 2) + 1] = float.PositiveInfinity;
        var file = folder.Write("logits.npy", Npy.Make("<f4", $"({Rows}, 2)", logits));
        var targets = folder.Write("targets.npy", Npy.Make("|u1", $"({Rows},)", new byte[Rows]));
        var result = await ScoringProcess.RunAsync("evaluate", file, "--targets", targets);
        Assert.Equal($"scoring: {file}, row 33333, column 1: the logit is +inf, which has no score", result.ErrorLine);
    }

    [Theory]
    [InlineData("logit_a,logit_b,target\n0,1,b\n", "target")]
    [InlineData("logit_a,logit_b,target_a,target_b\n0,1,0,1\n", "target_NAME")]
    public async Task Targets_in_two_places_are_refused(string csv, string column)
    {
        using var folder = new TemporaryFolder();
        var (file, targets) = (folder.Write("in.csv", csv), folder.Write("targets.npy", Npy.Make("|u1", "(1,)", new byte[1])));
        var result = await ScoringProcess.RunAsync("evaluate", file, "--targets", targets);
        Assert.Equal(
            (1, $"scoring: {file} has targets of its own in its column {column}, and --targets gives others: give one or the other."),
            (result.ExitCode, result.ErrorLine));
    }

    [Theory]
    [InlineData("(2,)", "has targets for 2 rows; ")]
    [InlineData("(4,)", "has targets for 4 rows; ")]
    [InlineData("(3, 3)", "has the shape 3 × 3; targets are one class for each row, or 0 or 1 for each of the 2 classes.")]
    [InlineData("(3, 2)", "row 2, column 1: the target is 5; it must be 0 or 1")]
    [InlineData("(3,)", "row 2: the target is 5; it must be an index from 0 to 1")]
    [InlineData("(9,)", "is cut short: it says 9 rows, and holds 6.")]
    [InlineData("( 3,)", "goes on after its array: save each array to a file of its own.")]
    public async Task Targets_that_do_not_go_with_the_logits_are_refused(string shape, string message)
    {
        using var folder = new TemporaryFolder();
        var logits = folder.Write("logits.npy", Npy.Make("<f4", "(3, 2)", new float[6]));
        int[] elements = shape switch
        {
            "(2,)" => [0, 0],
            "(3,)" => [0, 0, 5],
            "(3, 2)" => [0, 0, 0, 0, 0, 5],
            "(3, 3)" => new int[9],
            "(9,)" => new int[6],
            _ => new int[4],
        };
        var targets = folder.Write("targets.npy", Npy.Make("<i4", shape, elements));
        var result = await ScoringProcess.RunAsync("evaluate", logits, "--targets", targets);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"scoring: {targets}", result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(message, result.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.html")]
    [InlineData("link.html")]
    public async Task A_report_does_not_take_the_place_of_what_is_read(string report)
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.html", Header + "0,0,a\n");
        File.CreateSymbolicLink(folder["link.html"], input);
        var result = await ScoringProcess.RunAsync("evaluate", input, "--report", folder[report]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: {folder[report]} is read: what is written has to have another name.", result.ErrorLine);
        Assert.Equal(Header + "0,0,a\n", await File.ReadAllTextAsync(input, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("0", "the target is 0; it must be a label (1, 2, 3)")]
    [InlineData("1.5", "the target is 1.5; it must be a label (1, 2, 3)")]
    public async Task Where_classes_are_called_by_numbers_no_number_is_an_index(string target, string error)
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", $"logit_1,logit_2,logit_3,target\n9,0,0,1\n0,9,0,2.0\n0,0,9,{target}\n");
        var result = await ScoringProcess.RunAsync("evaluate", input);
        Assert.Equal((1, $"scoring: {input}, row 2 (line 4), column target: {error}"), (result.ExitCode, result.ErrorLine));
    }

    [Fact]
    public async Task A_class_that_is_called_nan_is_called_by_no_number()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("evaluate", folder.Write("in.csv", "logit_nan,logit_b,target\n9,0,0\n0,9,1\n"), "--json");
        Assert.Contains("\"accuracy\": 1", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_that_call_classes_are_the_same_however_they_are_written()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", "logit_1,logit_2,logit_3,target\n9,0,0,1\n0,9,0,2.0\n0,0,9,3e0\n");
        var result = await ScoringProcess.RunAsync("evaluate", input, "--json");
        Assert.Equal("", result.Error);
        Assert.Contains("\"accuracy\": 1", result.Output, StringComparison.Ordinal);
        var logits = folder.Write("logits.csv", "logit_1,logit_2,logit_3\n9,0,0\n0,9,0\n0,0,9\n");
        result = await ScoringProcess.RunAsync(
            "evaluate", logits, "--targets", folder.Write("targets.npy", Npy.Make("<i4", "(3,)", [1, 2, 3])), "--json");
        Assert.Contains("\"accuracy\": 1", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "is cut short: it says 2 rows, and holds 1.")]
    [InlineData(3, "goes on")]
    public async Task Targets_from_a_pipe_are_as_many_as_they_say(int written, string error)
    {
        using var folder = new TemporaryFolder();
        var pipe = NamedPipe.Make(folder["targets.npy"]);
        var running = ScoringProcess.RunAsync("evaluate", folder.Write("in.csv", "logit_a,logit_b\n0,1\n0,1\n"), "--targets", pipe);
        await File.WriteAllBytesAsync(pipe, Npy.Make("<i4", "(2,)", Enumerable.Repeat(1, written).ToArray()), TestContext.Current.CancellationToken);
        var result = await running;
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(error, result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_standard_output_keeps_no_file_from_being_written()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("in.csv", Header + "0,0,a\n1,0,b\n");
        var result = await ScoringProcess.RunRedirectedAsync(
            "> /dev/full", "calibrate", input, "--output", folder["heads.json"], "--report", folder["page.html"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\nscoring: standard output: No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Equal(["heads.json", "in.csv", "page.html"], folder.Names());
    }

    [Fact]
    public async Task Two_outputs_are_one_file_by_whatever_way()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["here"], ".");
        File.CreateSymbolicLink(folder["heads.json"], "here/page.html");
        var result = await ScoringProcess.RunAsync(
            "calibrate", folder.Write("in.csv", Header + "0,0,a\n"), "--output", folder["heads.json"], "--report", folder["page.html"]);
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("are one file: each that is written has to have its own.", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_outputs_are_not_written_to_one_file()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["page.html"], "heads.json");
        var result = await ScoringProcess.RunAsync(
            "calibrate", folder.Write("in.csv", Header + "0,0,a\n"), "--output", folder["heads.json"], "--report", folder["page.html"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"scoring: {folder["heads.json"]} and {folder["page.html"]} are one file: each that is written has to have its own.", result.ErrorLine);
        Assert.Equal(["in.csv", "page.html"], folder.Names());
    }

    [Theory]
    [InlineData("""{ "tags": { "activation": "sigmoid" }, "calibrated": {} }""", "has another head, tags, and what is written would have calibrated alone")]
    [InlineData("""{ "Scoring": { "Heads": { "tags": {} } } }""", "is there, and cannot be read as a file of heads")]
    [InlineData("""{ "tags": { "activation": "sigmoid" } "calibrated": {} }""", "is there, and cannot be read as a file of heads")]
    public async Task Heads_that_are_not_fitted_are_not_written_over(string before, string error)
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", before);
        var result = await ScoringProcess.RunAsync("calibrate", folder.Write("in.csv", Header + "0,0,a\n"), "--output", heads);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"scoring: {heads} {error}: give another name", result.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(heads, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{ "calibrated": { "activation": "softmax", "temperature": 2 } }""")]
    [InlineData("")]
    public async Task What_was_fitted_before_is_written_over(string before)
    {
        using var folder = new TemporaryFolder();
        var heads = folder.Write("heads.json", before);
        var result = await ScoringProcess.RunAsync("calibrate", folder.Write("in.csv", Header + "0,0,a\n1,0,b\n"), "--output", heads);
        Assert.Equal((0, $"wrote {heads}; serve with --Scoring:HeadsFile={heads}\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task What_the_service_within_reads_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        const string Heads = """{ "pets": { "activation": "softmax" }, "other": { "activation": "softmax" } }""";
        var heads = folder.Write("heads.json", Heads);
        var result = await ScoringProcess.RunAsync(
            "calibrate", folder.Write("in.csv", Header + "0,0,a\n"), "--head", "pets", "--output", heads, "--", $"--Scoring:HeadsFile={heads}");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"scoring: {heads} is read: what is written has to have another name.", result.ErrorLine);
        Assert.Equal(Heads, await File.ReadAllTextAsync(heads, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1, "has targets for 1 row; there are more rows of logits.")]
    [InlineData(3, "has targets for 3 rows; ")]
    public async Task Targets_for_another_number_of_rows_than_a_table_has_are_refused(int rows, string message)
    {
        using var folder = new TemporaryFolder();
        var targets = folder.Write("targets.npy", Npy.Make("|u1", $"({rows},)", new byte[rows]));
        var result = await ScoringProcess.RunAsync("evaluate", folder.Write("in.csv", "0,0\n0,0\n"), "--targets", targets);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_of_text_are_refused()
    {
        using var folder = new TemporaryFolder();
        var logits = folder.Write("logits.npy", Npy.Make("<f4", "(1, 2)", new float[2]));
        var targets = folder.Write("targets.npy", Npy.Make("<U1", "(1,)", new[] { 97 }));
        var result = await ScoringProcess.RunAsync("evaluate", logits, "--targets", targets);
        Assert.Equal($"scoring: {targets} has dtype <U1; targets are whole numbers: save it as a.astype('<i4').", result.ErrorLine);
    }

    [Theory]
    [InlineData("logit_\u001B[2J,logit_b,target\n0,0,\u001B]0;x\a\n", "the target is '?]0;x?'; it must be a label (?[2J, b) or an index from 0 to 1")]
    [InlineData("logit_a,logit_\u001B[2J,target_a\n0,0,1\n", "a column logit_?[2J, and no target_?[2J.")]
    [InlineData("logit_a,target_\u001B[2J\n0,1\n", "a column target_?[2J, and no column logit_?[2J that")]
    [InlineData("logit_a,logit_b,target,target_\u001B[2J\n0,0,a,1\n", "a column target and a column target_?[2J;")]
    public async Task Nothing_that_a_terminal_would_obey_is_told(string csv, string message)
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("evaluate", folder.Write("in.csv", csv));
        Assert.Contains(message, result.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain(result.ErrorLine, char.IsControl);
    }

    [Fact]
    public async Task A_target_of_a_million_letters_is_told_in_a_line_of_few()
    {
        using var folder = new TemporaryFolder();
        var result = await ScoringProcess.RunAsync("evaluate", folder.Write("in.csv", Header + "0,0," + new string('x', 1_000_000) + "\n"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"the target is '{new string('x', 64)}…'; it must be", result.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("digits.csv", "sigmoid", "has one class for each row; head 'sigmoid' is sigmoid, and needs 0 or 1 for each label")]
    [InlineData("attributes.csv", "softmax", "has targets of 0 or 1 for each label; head 'softmax' has classes that exclude each other")]
    [InlineData("digits.csv", "linear", "head 'linear' is linear and has no probabilities to measure")]
    [InlineData("digits.csv", "none", "there is no head 'none'")]
    public async Task A_head_that_is_not_for_the_targets_is_refused(string file, string head, string message)
    {
        var result = await ScoringProcess.RunAsync("evaluate", TestData.PathOf(file), "--head", head);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_fails_leaves_the_files_that_were_there()
    {
        using var folder = new TemporaryFolder();
        folder.Write("report.html", "old");
        folder.Write("heads.json", "old");
        var result = await ScoringProcess.RunAsync(
            "calibrate", folder.Write("in.csv", Header + "0,0,a\n0,nan,a\n"), "--report", folder["report.html"], "--output", folder["heads.json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("old", await File.ReadAllTextAsync(folder["report.html"], TestContext.Current.CancellationToken));
        Assert.Equal(["heads.json", "in.csv", "report.html"], folder.Names());
    }
}
