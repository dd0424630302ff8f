using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Inference;
using Scoring.Protocol.Wire;

namespace Scoring.Protocol.OpenInference;

/// <summary>One output of an answer: its type, its shape, and its elements as they stand on the wire.</summary>
internal readonly ref struct OutputTensor(PooledScoreResponse response, RequestedOutput output)
{
    public const string TopIndices = "top_indices";
    public const string TopScores = "top_scores";
    public const string TopLabels = "top_labels";
    public const string LogSumExp = "log_sum_exp";
    public const string Entropy = "entropy";
    public const string InvalidRows = "invalid_rows";

    /// <summary>Of all outputs that there are.</summary>
    public static readonly string[] Names = [InferenceRequestCodec.Scores, TopIndices, TopScores, TopLabels, LogSumExp, Entropy, InvalidRows];

    /// <summary>A float in full, a colon and an index.</summary>
    private const int MaxClassBytes = 96;

    private readonly InferenceDetails _details = response.Inference!;

    public int DescriptionSize
    {
        get
        {
            Span<uint> shape = stackalloc uint[3];
            return WireSize.String(ModelInferResponse.Types.InferOutputTensor.NameFieldNumber, output.Name)
                + WireSize.String(ModelInferResponse.Types.InferOutputTensor.DatatypeFieldNumber, DataType)
                + WireSize.PackedUInt32(ModelInferResponse.Types.InferOutputTensor.ShapeFieldNumber, shape[..Shape(shape)]);
        }
    }

    public int RawSize
    {
        get
        {
            if (output.RawSize > 0)
            {
                return output.RawSize;
            }

            if (output.Classification == 0)
            {
                switch (output.Name)
                {
                    case InferenceRequestCodec.Scores:
                        return checked(response.Scores.Count * sizeof(float));
                    case LogSumExp:
                        return checked(response.LogSumExp.Count * sizeof(float));
                    case Entropy:
                        return checked(response.Entropy.Count * sizeof(float));
                    case TopIndices:
                        return checked(Distributions * Width * sizeof(long));
                    case TopScores:
                        return checked(Distributions * Width * sizeof(float));
                    case InvalidRows:
                        return (int)response.Rows;
                }
            }

            var size = 0;
            Span<byte> text = stackalloc byte[MaxClassBytes];
            foreach (var index in Best())
            {
                size = checked(size + sizeof(uint) + TextSize(index, text));
            }

            return size;
        }
    }

    private string DataType => output.Classification > 0 ? "BYTES" : DataTypeOf(output.Name);

    /// <summary>How many of the best classes this output tells of each distribution.</summary>
    private int Width => output.Classification > 0 ? (int)Math.Min(output.Classification, Computed) : _details.TopWidth;

    /// <summary>How many of the best classes there are of each distribution, which the widest output has asked for.</summary>
    private int Computed => Distributions == 0 ? 0 : response.TopIndices.Count / Distributions;

    private int Distributions => checked((int)response.Rows * Math.Max(1, _details.Groups));

    /// <summary>The type of the elements of an output of this name.</summary>
    public static string DataTypeOf(string name) => name switch
    {
        TopIndices => "INT64",
        TopLabels => "BYTES",
        InvalidRows => "BOOL",
        _ => "FP32",
    };

    public void Describe(ref WireWriter writer)
    {
        Span<uint> shape = stackalloc uint[3];
        writer.String(ModelInferResponse.Types.InferOutputTensor.NameFieldNumber, output.Name);
        writer.String(ModelInferResponse.Types.InferOutputTensor.DatatypeFieldNumber, DataType);
        writer.PackedUInt32(ModelInferResponse.Types.InferOutputTensor.ShapeFieldNumber, shape[..Shape(shape)]);
    }

    public void WriteRaw(ref WireWriter writer)
    {
        if (output.Classification > 0 || output.Name == TopLabels)
        {
            WriteText(ref writer);
            return;
        }

        switch (output.Name)
        {
            case InferenceRequestCodec.Scores:
                WriteFloats(response.Scores.Span, ref writer);
                break;
            case LogSumExp:
                WriteFloats(response.LogSumExp.Span, ref writer);
                break;
            case Entropy:
                WriteFloats(response.Entropy.Span, ref writer);
                break;
            case TopScores:
                foreach (var index in Best())
                {
                    WriteFloats(response.TopScores.Span.Slice(index, 1), ref writer);
                }

                break;
            case TopIndices:
                Span<byte> bytes = stackalloc byte[sizeof(long)];
                foreach (var index in Best())
                {
                    BinaryPrimitives.WriteInt64LittleEndian(bytes, BestClass(index));
                    writer.Raw(bytes);
                }

                break;
            case InvalidRows:
                WriteInvalidRows(ref writer);
                break;
        }
    }

    private int Shape(Span<uint> shape)
    {
        var length = 0;
        shape[length++] = response.Rows;
        if (output.Name == InvalidRows)
        {
            return length;
        }

        if (output is { Name: InferenceRequestCodec.Scores, Classification: 0 })
        {
            shape[length++] = response.Classes;
            return length;
        }

        if (_details.Groups > 0)
        {
            shape[length++] = (uint)_details.Groups;
        }

        if (output.Name is not (LogSumExp or Entropy))
        {
            shape[length++] = (uint)Width;
        }

        return length;
    }

    /// <summary>Where the best classes of this output lie among those that were computed.</summary>
    private BestIndices Best() => new(Distributions, Width, Computed);

    private void WriteText(ref WireWriter writer)
    {
        Span<byte> text = stackalloc byte[MaxClassBytes];
        Span<byte> length = stackalloc byte[sizeof(uint)];
        foreach (var index in Best())
        {
            var label = Label(index);
            var prefix = output.Classification > 0 ? ClassText(index, text) : 0;
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)TextSize(prefix, label));
            writer.Raw(length);
            writer.Raw(text[..prefix]);
            if (prefix > 0 && !label.IsEmpty)
            {
                writer.Raw(":"u8);
            }

            writer.Raw(label);
        }
    }

    private int TextSize(int index, Span<byte> text) => TextSize(output.Classification > 0 ? ClassText(index, text) : 0, Label(index));

    private static int TextSize(int prefix, ReadOnlySpan<byte> label) => prefix + label.Length + (prefix > 0 && !label.IsEmpty ? 1 : 0);

    /// <summary><c>value:index</c>, with six digits as Triton has it.</summary>
    private int ClassText(int index, Span<byte> text) =>
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{response.TopScores.Span[index]:F6}:{BestClass(index)}", out var length)
            ? length
            : throw new InvalidOperationException("A score and an index take less room than this.");

    /// <summary>One of the best classes; -1 where its row has no score, as there are negative numbers here.</summary>
    private long BestClass(int index) => response.TopIndices.Span[index] is not PooledScoreResponse.NoClass and var best ? best : -1;

    private ReadOnlySpan<byte> Label(int index) => response.HeadLabels is null ? default : response.TopLabel(index);

    /// <summary>A 1 for each row that was set aside: a list of them would have no place where answers are split by their rows.</summary>
    private void WriteInvalidRows(ref WireWriter writer)
    {
        var next = 0;
        for (var row = 0u; row < response.Rows; row++)
        {
            var isInvalid = next < response.InvalidRows.Count && response.InvalidRows.Span[next] == row;
            writer.Raw(isInvalid ? [1] : [0]);
            next += isInvalid ? 1 : 0;
        }
    }

    private static void WriteFloats(ReadOnlySpan<float> values, ref WireWriter writer)
    {
        if (BitConverter.IsLittleEndian)
        {
            writer.Raw(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            writer.Raw(bytes);
        }
    }

    /// <summary>The first <paramref name="width"/> of every <paramref name="stride"/>.</summary>
    private ref struct BestIndices(int distributions, int width, int stride)
    {
        private int _distribution;
        private int _rank = -1;

        public readonly int Current => (_distribution * stride) + _rank;

        public readonly BestIndices GetEnumerator() => this;

        public bool MoveNext()
        {
            if (++_rank >= width)
            {
                _rank = 0;
                _distribution++;
            }

            return width > 0 && _distribution < distributions;
        }
    }
}
