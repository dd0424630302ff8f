using Scoring.Fuzz.Oracles;

namespace Scoring.Fuzz;

/// <summary>
/// One input of the fuzzer: its first byte says which codec reads the rest and in pieces of what length, so that one run covers all of them.
/// </summary>
internal sealed class FuzzTarget
{
    private const int Codecs = 3;

    private readonly RequestOracle _requests = new();
    private readonly EvaluationOracle _evaluations = new();
    private readonly ResponseOracle _responses = new();
    private readonly InferenceOracle _inference = new();

    /// <exception cref="CodecFault">A codec does something else than its oracle.</exception>
    public void Check(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var message = input[1..];
        var pieceLength = input[0] < Codecs ? Math.Max(message.Length, 1) : input[0] / Codecs;
        switch ((FuzzCodec)(input[0] % Codecs))
        {
            case FuzzCodec.Request:
                _requests.Check(message, pieceLength);
                // Much the same fields, under other numbers.
                _evaluations.Check(message, pieceLength);
                break;
            case FuzzCodec.Response:
                _responses.Check(message, pieceLength);
                break;
            default:
                _inference.Check(message, pieceLength);
                break;
        }
    }

    /// <summary>An input that has the message read in pieces of this length; 0 for one piece.</summary>
    public static byte[] Input(FuzzCodec codec, byte[] message, int pieceLength) => [(byte)((pieceLength * Codecs) + (int)codec), .. message];
}
