using Microsoft.AspNetCore.Connections;
using Scoring.Service.Calls;

namespace Scoring.Service.Tests;

public sealed class ClientDisconnectTests
{
    /// <summary>The transport throws at a reset, and cancels the call's token: which comes first is a race.</summary>
    [Fact]
    public void A_reset_is_the_clients_leaving_before_the_token_of_its_call_tells_of_it()
    {
        Assert.True(ClientDisconnect.Caused(new ConnectionAbortedException("reset"), CancellationToken.None));
        Assert.True(ClientDisconnect.Caused(new IOException("gone"), CancellationToken.None));
        Assert.True(ClientDisconnect.Caused(new InvalidOperationException("whatever"), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_fault_or_the_end_of_the_service_is_not_the_clients_leaving()
    {
        Assert.False(ClientDisconnect.Caused(new InvalidOperationException("a fault"), CancellationToken.None));
        Assert.False(ClientDisconnect.Caused(new OperationCanceledException("the service ends"), CancellationToken.None));
    }
}
