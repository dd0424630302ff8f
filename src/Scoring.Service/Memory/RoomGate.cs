namespace Scoring.Service.Memory;

/// <summary>Where streams wait for room.</summary>
internal sealed class RoomGate(Func<bool> hasRoom)
{
    private TaskCompletionSource _roomAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    /// <summary>Whether anybody waits.</summary>
    public bool IsWaitedFor => Volatile.Read(ref _waiting) > 0;

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (!hasRoom())
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                var roomAgain = Volatile.Read(ref _roomAgain).Task;
                // There may be room since the look and before the waiting.
                if (!hasRoom())
                {
                    await roomAgain.WaitAsync(cancellationToken);
                }
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    /// <summary>Called when something was given back.</summary>
    public void Check()
    {
        if (IsWaitedFor && hasRoom())
        {
            Interlocked.Exchange(ref _roomAgain, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }
}
