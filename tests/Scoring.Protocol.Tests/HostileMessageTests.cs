using System.Buffers;
using Scoring.Fuzz;
using Scoring.Fuzz.Oracles;
using Scoring.Protocol.OpenInference;
using Scoring.Protocol.Wire;

namespace Scoring.Protocol.Tests;

/// <summary>Messages that are short and claim much, or are odd in a way with a name. <see cref="FuzzTarget"/> finds those without.</summary>
public sealed class HostileMessageTests
{
    /// <summary>Bytes that a message which claims or repeats much may allocate, or its refusal, with the exception.</summary>
    private const long MaxAllocatedBytes = 64 << 10;

    /// <summary>For every codec: tags of all known fields, and of one that is not.</summary>
    private static readonly int[] Fields = [.. Enumerable.Range(1, 15), 1000];

    [Theory]
    [InlineData("FFFFFFFF07")] // 2 GiB, less a byte
    [InlineData("8080808008")] // 2 GiB, which is negative
    [InlineData("FFFFFFFFFFFFFFFFFF01")] // -1 of 64 bits
    [InlineData("8080808040")] // 16 GiB
    [InlineData("80808001")] // 2 MiB
    public void A_length_that_lies_is_answered_without_memory_for_it(string length)
    {
        foreach (var field in Fields)
        {
            byte[] message = [.. Tag(field, WireType.LengthDelimited), .. Convert.FromHexString(length), 1, 2, 3];
            AssertCheap(message);
            AssertHeld(message);
        }
    }

    [Fact]
    public void A_bomb_of_varints_rents_in_proportion_to_its_bytes()
    {
        // A million elements of a byte each, packed and not: what they take is checked by the oracles.
        AssertHeld([.. Tag(10, WireType.LengthDelimited), .. Varint(1_000_000), .. new byte[1_000_000]]);
        AssertHeld([.. Repeat([.. Tag(10, WireType.Varint), 1], 100_000)]);
        AssertHeld([.. Repeat([.. Tag(13, WireType.LengthDelimited), 0], 100_000)]);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(1000)]
    public void A_varint_of_more_than_ten_bytes_is_refused_wherever_it_stands(int bytes)
    {
        byte[] varint = [.. Enumerable.Repeat((byte)0x80, bytes - 1), 1];
        foreach (var field in Fields)
        {
            AssertHeld([.. Tag(field, WireType.Varint), .. varint]);
            AssertHeld([.. Tag(field, WireType.LengthDelimited), .. varint]);
            AssertHeld([.. Tag(field, WireType.LengthDelimited), .. Varint(bytes), .. varint]);
        }

        AssertHeld([.. varint, 1]);
    }

    [Theory]
    [InlineData("3200")] // outputs without a name
    [InlineData("2200")] // parameters without anything
    [InlineData("32021200")] // outputs with such a parameter
    [InlineData("2A021801")] // inputs of one dimension
    public void What_comes_a_million_times_in_an_inference_request_is_not_kept(string field)
    {
        byte[] message = [.. Repeat(Convert.FromHexString(field), 1_000_000)];
        AssertCheap(FuzzCodec.Inference, message);
        new InferenceOracle().Check(message[..(message.Length / 1000)], pieceLength: 7);
    }

    [Fact]
    public void A_text_of_a_million_characters_is_not_kept()
    {
        byte[] text = [.. Repeat("größe-大"u8.ToArray(), 100_000)];
        byte[] Field(int field, byte[] content) => [.. Tag(field, WireType.LengthDelimited), .. Varint(content.Length), .. content];
        (FuzzCodec Codec, byte[] Message)[] messages =
        [
            (FuzzCodec.Request, Field(2, text)), // a head
            (FuzzCodec.Request, Field(12, text)), // a trace context
            (FuzzCodec.Inference, Field(1, text)), // a model
            (FuzzCodec.Inference, Field(2, text)), // its version
            (FuzzCodec.Inference, Field(3, text)), // an id
            (FuzzCodec.Inference, Field(5, Field(1, text))), // the name of an input
            (FuzzCodec.Inference, Field(5, Field(2, text))), // its type
            (FuzzCodec.Inference, Field(6, Field(1, text))), // the name of an output
            (FuzzCodec.Inference, Field(4, Field(1, text))), // the name of a parameter
            (FuzzCodec.Inference, Field(4, [.. Field(1, "non_finite"u8.ToArray()), .. Field(2, Field(3, text))])), // its text
        ];
        foreach (var (codec, message) in messages)
        {
            AssertCheap(codec, message);
            AssertHeld(message);
            // What is not kept must be UTF-8 all the same.
            message[^1] = 0xFF;
            AssertHeld(message);
        }
    }

    [Fact]
    public void Groups_that_never_end_are_refused_before_the_stack_does()
    {
        foreach (var field in Fields)
        {
            AssertHeld([.. Repeat(Tag(field, WireType.StartGroup), 500_000)]);
        }
    }

    [Theory]
    [InlineData(14)] // the receipt of a response
    [InlineData(5)] // the input of an inference request
    [InlineData(6)] // its output
    public void Groups_within_a_nested_message_nest_as_deep_as_Google_allows(int field)
    {
        for (var depth = 90; depth < 110; depth++)
        {
            byte[] groups = [.. Repeat(Tag(30, WireType.StartGroup), depth), .. Repeat(Tag(30, WireType.EndGroup), depth)];
            AssertHeld([.. Tag(field, WireType.LengthDelimited), .. Varint(groups.Length), .. groups]);
        }
    }

    [Fact]
    public void Nested_messages_that_never_end_are_refused_before_the_stack_does()
    {
        // An input that holds an input, which is no field of it, and so on.
        byte[] message = [];
        for (var depth = 0; depth < 1000; depth++)
        {
            message = [.. Tag(5, WireType.LengthDelimited), .. Varint(message.Length), .. message];
        }

        AssertHeld(message);
    }

    [Fact]
    public void A_message_that_ends_early_is_read_as_Google_reads_it_wherever_it_ends()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus"), "seed-*"))
        {
            var input = File.ReadAllBytes(path);
            for (var length = 1; length < input.Length; length++)
            {
                new FuzzTarget().Check(input[..length]);
            }
        }
    }

    [Fact]
    public void Fields_that_come_again_and_unknown_ones_between_them_are_read_as_Google_reads_them()
    {
        byte[] unknown = [.. Tag(1000, WireType.Fixed64), .. new byte[8], .. Tag(1001, WireType.Fixed32), .. new byte[4], .. Tag(
            1002, WireType.LengthDelimited), 2, 0xFF, 0xFF];
        foreach (var path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus"), "seed-*"))
        {
            var input = File.ReadAllBytes(path);
            new FuzzTarget().Check([.. input, .. unknown, .. input[1..], .. unknown, .. input[1..]]);
        }
    }

    private static void AssertHeld(byte[] message)
    {
        foreach (var pieceLength in new[] { Math.Max(message.Length, 1), 7 })
        {
            new RequestOracle().Check(message, pieceLength);
            new EvaluationOracle().Check(message, pieceLength);
            new ResponseOracle().Check(message, pieceLength);
            new InferenceOracle().Check(message, pieceLength);
        }
    }

    private static void AssertCheap(byte[] message) => Assert.All(Enum.GetValues<FuzzCodec>(), codec => AssertCheap(codec, message));

    private static void AssertCheap(FuzzCodec codec, byte[] message)
    {
        var pool = new MessagePool(maxIdleBytes: 0);
        var bytes = new ReadOnlySequence<byte>(message);
        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);

        void Read()
        {
            try
            {
                switch (codec)
                {
                    case FuzzCodec.Request:
                        using (var request = pool.RentRequest())
                        {
                            ScoreRequestCodec.Read(bytes, request);
                        }

                        break;
                    case FuzzCodec.Response:
                        using (var response = pool.RentResponse())
                        {
                            ScoreResponseCodec.Read(bytes, response);
                        }

                        break;
                    default:
                        using (var inference = pool.RentRequest())
                        {
                            InferenceRequestCodec.Read(bytes, inference);
                        }

                        break;
                }
            }
            catch (MalformedMessageException)
            {
                // The oracles tell whether it had to be refused.
            }
        }
    }

    private static IEnumerable<byte> Repeat(byte[] bytes, int times) => Enumerable.Repeat(bytes, times).SelectMany(part => part);

    private static byte[] Tag(int field, WireType type) => Varint((field << 3) | (int)type);

    private static byte[] Varint(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
