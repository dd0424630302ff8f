using System.Text;
using Scoring.Protocol;
using Scoring.Service.Http;

namespace Scoring.Service.Tests;

public sealed class JsonRequestTests
{
    /// <summary>The names of fields and what is read of them, however many elements their lists have.</summary>
    private const int MaxAllocatedBytes = 4096;

    [Theory]
    [InlineData("outputs", "\"top_k\"")]
    [InlineData("outputs", "\"OUTPUT_SCORES\"")]
    [InlineData("outputs", "\"\\u0073cores\"")]
    [InlineData("outputs", "4")]
    [InlineData("logits", "0.25")]
    [InlineData("targets", "\"3\"")]
    public void An_element_of_a_list_allocates_nothing(string field, string element)
    {
        const int Elements = 10_000;
        var body = Encoding.UTF8.GetBytes($$"""{ "{{field}}": [{{string.Join(',', Enumerable.Repeat(element, Elements))}}] }""");
        var pool = new MessagePool(maxIdleBytes: 1 << 20);
        var allocated = Allocations.Least(() =>
        {
            using var request = pool.RentRequest();
            JsonRequest.Read(body, request);
        });
        Assert.InRange(allocated, 0, MaxAllocatedBytes);
    }
}
