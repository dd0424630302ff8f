using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using Scoring.Cli.Files;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.Cli.Evaluate;

/// <summary>
/// Streams a file and its targets in constant memory: the client sends one message at a time, so all messages are made in the same memory.
/// </summary>
internal sealed partial class EvaluationStream(EvaluationInput input, ServiceHead head, float? temperature, int rowsPerMessage)
{
    /// <summary>Rows sent so far.</summary>
    public long Rows { get; private set; }

    public async IAsyncEnumerable<EvaluateRequest> ReadAsync(
        IProgress<(long Rows, long Bytes)>? progress, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var classes = input.Logits.Classes;
        var logits = GC.AllocateUninitializedArray<byte>(checked((int)(rowsPerMessage * input.Logits.RowBytes)));
        var targets = new TargetBuffer(input.Kind, classes, head.Labels, input.Logits.Labels, rowsPerMessage);
        while (await input.ReadAsync(logits, targets, cancellationToken).ConfigureAwait(false) is > 0 and var rows)
        {
            var request = new EvaluateRequest
            {
                Head = head.Definition.Name,
                Classes = (uint)classes,
                Data = UnsafeByteOperations.UnsafeWrap(logits.AsMemory(0, (int)(rows * input.Logits.RowBytes))),
                DataType = input.Logits.ElementType,
            };
            request.Targets.AddRange(targets.Of(rows));
            if (temperature is { } divisor)
            {
                request.Temperature = divisor;
            }

            yield return request;
            Rows += rows;
            progress?.Report((Rows, input.Logits.Position));
        }
    }

    /// <summary>What the service refuses, told in the places of the user's file.</summary>
    public Exception Explain(ScoringException exception)
    {
        var error = exception.Error;
        var place = MessagePattern().Match(error.Message);
        // Messages may be of fewer rows than there is room for, as at the end of a row group: their number tells no row.
        if (error.Code != StatusCode.InvalidArgument || error.Row is not { } row
            || !long.TryParse(place.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var rowOfStream))
        {
            return exception;
        }

        var inMessage = error with { Message = place.Groups[1].Value };
        return new InvalidDataException(Refusal.Locate(inMessage, input.Logits, rowOfStream - row, rowsPerMessage), exception);
    }

    /// <summary>The service begins with the message's place in the stream, and ends with the row's.</summary>
    [GeneratedRegex(@"^message \d+: (.*) \(row (\d+) of the stream\)$", RegexOptions.Singleline)]
    private static partial Regex MessagePattern();
}
