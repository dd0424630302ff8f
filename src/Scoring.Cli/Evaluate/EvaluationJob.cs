using Scoring.Cli.Evaluate.Report;
using Scoring.Cli.Files;
using Scoring.Client;
using Scoring.Heads;
using Scoring.V1;
using Spectre.Console;
using HeadJson = Scoring.Heads.HeadJson;

namespace Scoring.Cli.Evaluate;

/// <summary>One run of <c>scoring evaluate</c> or <c>scoring calibrate</c>: finds the service, streams the file, and says what came of it.</summary>
internal sealed class EvaluationJob(EvaluationRequest request, TimeProvider time)
{
    /// <summary>Bytes of logits in one message, as long as a row is not larger.</summary>
    private const int MessageBytes = 256 << 10;

    public Task EvaluateAsync(CancellationToken cancellationToken) => RunAsync(
        async (client, evaluation, rows) => evaluation with { Metrics = await client.EvaluateAsync(rows, cancellationToken).ConfigureAwait(false) },
        cancellationToken);

    public Task CalibrateAsync(CancellationToken cancellationToken) => RunAsync(
        async (client, evaluation, rows) =>
        {
            var calibration = await client.CalibrateAsync(rows, cancellationToken).ConfigureAwait(false);
            calibration.HeadConfiguration = HeadJson.WithLabels(calibration.HeadConfiguration, evaluation.Head.Labels);
            return evaluation with { Metrics = calibration.Before, Calibration = calibration };
        },
        cancellationToken);

    private async Task RunAsync(
        Func<ScoringClient, Evaluation, IAsyncEnumerable<EvaluateRequest>, Task<Evaluation>> measure, CancellationToken cancellationToken)
    {
        // What is printed beside files that are written may go nowhere.
        if (request.Json || (request.Output ?? request.Report) is null)
        {
            StandardStreams.RequireOutput();
        }

        OutputFile.RequireTwo(request.Output, request.Report);
        await using var input = await EvaluationInput.OpenAsync(request.Input, request.Targets, cancellationToken).ConfigureAwait(false);
        await using var connection = await ServiceConnection.OpenAsync(
            request.Server, request.Configuration, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var name = request.Head ?? (input.Kind == TargetKind.Labels ? "sigmoid" : "softmax");
        await connection.AskForClassesAsync(name, cancellationToken).ConfigureAwait(false);
        var head = FindHead(connection.Service, name, input);

        // A target takes up to five bytes as it is sent.
        var targetBytes = 5L * (input.Kind == TargetKind.Labels ? input.Logits.Classes : 1);
        var rowsPerMessage = connection.RowsPerMessage(input.Logits.Name, input.Logits.RowBytes + targetBytes, MessageBytes);
        var stream = new EvaluationStream(input, head, request.Temperature, rowsPerMessage);
        // Both are opened before the work, which may be long, so that it is not for nothing.
        string?[] inputs = [request.Input, request.Targets, .. connection.Files];
        using var page = request.Report is null ? null : await OutputFile.OpenAsync(request.Report, inputs, cancellationToken).ConfigureAwait(false);
        using var configuration = request.Output is null
            ? null
            : await OutputFile.OpenAsync(request.Output, inputs, cancellationToken).ConfigureAwait(false);
        HeadFile.RequireNoOtherHeads(request.Output, name);
        HeadFile.RequireLabels(request.Output, head.Labels);

        var evaluation = new Evaluation
        {
            File = request.Input,
            Head = head,
            HeadIsDefault = request.Head is null,
            Targets = input.Kind,
            Temperature = request.Temperature ?? head.Definition.Temperature,
            Time = time.GetLocalNow(),
            Metrics = new EvaluateResponse(),
        };
        try
        {
            await ReadingProgress.ShowAsync(input.Logits, MeasureAsync).ConfigureAwait(false);
        }
        catch (ScoringException exception)
        {
            throw stream.Explain(exception) is var explained && explained == exception ? connection.Lost(exception, stream.Rows) : explained;
        }

        try
        {
            Print(evaluation);
            input.Logits.ShowPassedOver();
        }
        catch (IOException exception)
        {
            throw new IOException($"standard output: {exception.Message}", exception);
        }
        finally
        {
            // Whether or not what is printed goes anywhere.
            Write(configuration, request.Output, () => evaluation.Calibration!.HeadConfiguration + "\n",
                $"; serve with --Scoring:HeadsFile={request.Output}");
            Write(page, request.Report, () => ReportPage.Format(evaluation));
        }

        async Task MeasureAsync(IProgress<(long Rows, long Bytes)>? progress)
        {
            evaluation = await measure(connection.Client, evaluation, stream.ReadAsync(progress, cancellationToken)).ConfigureAwait(false);
            // The targets were told by the labels of the head that was found; the service measures with the one in force when the call begins.
            await new HeadWatch(connection.Client, head.Definition).CheckEndAsync(stream.Rows, cancellationToken).ConfigureAwait(false);
        }
    }

    private ServiceHead FindHead(ListHeadsResponse service, string name, EvaluationInput input)
    {
        var perLabel = input.Kind == TargetKind.Labels;
        var head = ServiceHead.Find(service, name, input.Logits);
        return head.Activation.IsMultilabel() == perLabel || !head.Activation.HasProbabilities()
            ? head
            : throw new InvalidDataException(
                perLabel
                    ? $"{request.Targets ?? request.Input} has targets of 0 or 1 for each label; head '{request.Head}' has classes that exclude each "
                        + "other"
                    : $"{request.Targets ?? request.Input} has one class for each row; head '{request.Head}' is sigmoid, and needs 0 or 1 for each "
                        + "label");
    }

    private void Print(Evaluation evaluation)
    {
        if (request.Json)
        {
            Console.Write(EvaluationJson.Format(evaluation));
            return;
        }

        var text = new EvaluationText(AnsiConsole.Console);
        text.Show(evaluation);
        if (evaluation.Calibration is { } calibration && request.Output is null)
        {
            text.ShowConfiguration(calibration.HeadConfiguration);
        }
    }

    private static void Write(OutputFile? file, string? path, Func<string> text, string hint = "")
    {
        if (file is not null)
        {
            file.Stream.Write(System.Text.Encoding.UTF8.GetBytes(text()));
            file.Commit();
            Console.Error.WriteLine($"wrote {path}{hint}");
        }
    }
}
