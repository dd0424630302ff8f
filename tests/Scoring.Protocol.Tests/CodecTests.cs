using System.Buffers;
using System.Text;
using CsCheck;
using Google.Protobuf;
using Scoring.Fuzz.Oracles;
using Scoring.V1;

namespace Scoring.Protocol.Tests;

/// <summary>Google.Protobuf is the oracle: the pooled codec accepts and refuses what it does, and finds the same values.</summary>
public sealed class CodecTests
{
    private static readonly Gen<int> PieceLength = Gen.OneOf(Gen.Int[1, 9], Gen.Const(4096));

    private readonly MessagePool _pool = new(maxIdleBytes: 1 << 20);

    [Fact]
    public void A_request_is_read_as_it_was_written() => Gen.Select(Messages.Requests, PieceLength).Sample((request, piece) =>
    {
        using var read = _pool.RentRequest();
        ScoreRequestCodec.Read(Segments.Cut(request.ToByteArray(), piece), read);
        Assert.Equal(request, RequestOracle.ToGenerated(read));
    });

    [Fact]
    public void A_request_is_written_as_Google_writes_it() => Messages.Requests.Sample(request =>
    {
        var bytes = request.ToByteArray();
        using var read = _pool.RentRequest();
        ScoreRequestCodec.Read(new ReadOnlySequence<byte>(bytes), read);
        var written = new SmallSpanWriter();
        ScoreRequestCodec.Write(read, written);
        Assert.Equal(bytes, written.ToArray());
        Assert.Equal(bytes.Length, ScoreRequestCodec.Size(read));
    });

    [Fact]
    public void Rows_to_measure_are_read_as_they_were_written() => Gen.Select(Messages.Evaluations, PieceLength).Sample(
        (request, piece) => new EvaluationOracle().Check(request.ToByteArray(), piece));

    [Fact]
    public void Mutated_rows_to_measure_are_accepted_or_refused_as_Google_does() =>
        Gen.Select(Mutation.Of(Mutation.Of(Messages.Evaluations.Select(request => request.ToByteArray()))), PieceLength)
            .Sample((bytes, piece) => new EvaluationOracle().Check(bytes, piece), iter: 5_000);

    [Fact]
    public void A_response_is_read_as_it_was_written() => Gen.Select(Messages.Responses, PieceLength).Sample((response, piece) =>
    {
        using var read = _pool.RentResponse();
        ScoreResponseCodec.Read(Segments.Cut(response.ToByteArray(), piece), read);
        Assert.Equal(response, ResponseOracle.ToGenerated(read));
    });

    [Fact]
    public void A_response_is_written_as_Google_writes_it() => Messages.Responses.Sample(response =>
    {
        var bytes = response.ToByteArray();
        using var read = _pool.RentResponse();
        ScoreResponseCodec.Read(new ReadOnlySequence<byte>(bytes), read);
        var written = new SmallSpanWriter();
        ScoreResponseCodec.Write(read, written);
        Assert.Equal(bytes, written.ToArray());
        Assert.Equal(bytes.Length, ScoreResponseCodec.Size(read));
    });

    [Fact]
    public void Labels_of_the_best_classes_are_written_as_Google_writes_them() =>
        Gen.Select(Messages.Labels, Gen.OneOf(Gen.UInt[0, 12], Gen.Const(uint.MaxValue)).Array[6]).Sample((labels, indices) =>
        {
            var expected = new ScoreResponse { Rows = 3 };
            expected.TopIndices.AddRange(indices);
            expected.TopLabels.AddRange(indices.Select(index => index < labels.Length ? labels[index] : string.Empty));

            using var response = _pool.RentResponse();
            response.Rows = 3;
            indices.CopyTo(response.TopIndices.Allocate(indices.Length));
            response.HeadLabels = Array.ConvertAll(labels, Encoding.UTF8.GetBytes);
            var written = new SmallSpanWriter();
            ScoreResponseCodec.Write(response, written);
            Assert.Equal(expected.ToByteArray(), written.ToArray());
            Assert.Equal(written.ToArray().Length, ScoreResponseCodec.Size(response));
        });

    [Fact]
    public void A_mutated_request_is_accepted_or_refused_as_Google_does() =>
        Gen.Select(Gen.OneOf(Mutation.Of(Mutation.Of(Messages.Requests.Select(request => request.ToByteArray()))), Mutation.FieldSoup), PieceLength)
            .Sample((bytes, piece) => new RequestOracle().Check(bytes, piece), iter: 20_000);

    [Fact]
    public void A_mutated_response_is_accepted_or_refused_as_Google_does() =>
        Gen.Select(
            Gen.OneOf(Mutation.Of(Mutation.Of(Messages.Responses.Select(response => response.ToByteArray()))), Mutation.FieldSoup), PieceLength)
            .Sample((bytes, piece) => new ResponseOracle().Check(bytes, piece), iter: 20_000);

    [Theory]
    [InlineData("2205 0000803F 2504000040")] // a packed field that does not end on a whole float
    [InlineData("25 0000803F 25 00000040")] // unpacked floats
    [InlineData("2204 0000803F 25 00000040 2204 00004040")] // packed and unpacked pieces of one field
    [InlineData("08FFFFFFFFFFFFFFFFFFFF01")] // a varint of 11 bytes
    [InlineData("08FFFFFFFFFFFFFFFFFF7F")] // a varint of 10 bytes with bits to spare
    [InlineData("18FFFFFFFF1F")] // a uint32 of 33 bits
    [InlineData("0B0C")] // a group with a known field's number
    [InlineData("F301F401")] // an unknown group
    [InlineData("F301FB010000000000F401")] // a group that ends as another
    [InlineData("0F")] // no such wire type
    [InlineData("0001")] // field number 0
    [InlineData("12FFFFFFFF0F")] // a negative length
    [InlineData("12022020 1202C328")] // bytes that are not UTF-8
    [InlineData("2A0101 2A0102")] // bytes twice: the last one counts
    [InlineData("3A020106 3809")] // outputs packed and unpacked, one of them unknown
    [InlineData("3A02FF")] // a packed field cut short
    [InlineData("3A0180 01")] // a packed varint that runs past its field
    [InlineData("22FFFFFFFF0F")] // packed floats of a negative length
    [InlineData("52FFFFFFFF0F")] // packed integers of a negative length
    [InlineData("2AFFFFFFFF0F")] // bytes of a negative length
    [InlineData("5203818001 5005")] // packed and unpacked targets
    [InlineData("6A00 6A0161 6A02C328")] // labels: an empty one, and one that is not UTF-8
    [InlineData("6AFFFFFFFF0F")] // a label of a negative length
    [InlineData("6A0561")] // a label cut short
    public void Odd_bytes_are_accepted_or_refused_as_Google_does(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal));
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            new RequestOracle().Check(bytes, piece);
        }
    }

    [Fact]
    public void Groups_nest_as_deep_as_Google_allows()
    {
        for (var depth = 90; depth < 110; depth++)
        {
            byte[] bytes = [.. Enumerable.Repeat<byte[]>([0xF3, 0x01], depth).SelectMany(tag => tag),
                .. Enumerable.Repeat<byte[]>([0xF4, 0x01], depth).SelectMany(tag => tag)];
            new RequestOracle().Check(bytes, 4096);
        }
    }

    [Fact]
    public void A_stream_of_messages_for_one_head_shares_its_name()
    {
        var bytes = new ReadOnlySequence<byte>(new ScoreRequest { Head = "iris" }.ToByteArray());
        var first = _pool.RentRequest();
        ScoreRequestCodec.Read(bytes, first);
        var name = first.Head;
        first.Dispose();

        using var second = _pool.RentRequest();
        ScoreRequestCodec.Read(bytes, second);
        Assert.Same(name, second.Head);
    }

    [Fact]
    public void A_message_without_a_head_does_not_inherit_one()
    {
        var first = _pool.RentRequest();
        ScoreRequestCodec.Read(new ReadOnlySequence<byte>(new ScoreRequest { Head = "iris" }.ToByteArray()), first);
        first.Dispose();

        using var second = _pool.RentRequest();
        ScoreRequestCodec.Read(ReadOnlySequence<byte>.Empty, second);
        Assert.Equal(string.Empty, second.Head);
    }
}
