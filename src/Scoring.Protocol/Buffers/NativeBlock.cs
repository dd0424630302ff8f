using System.Runtime.InteropServices;

namespace Scoring.Protocol.Buffers;

/// <summary>
/// Memory outside the heap of the garbage collector, where large pinned arrays leave gaps that nothing else fits into and nobody gives back. The
/// system has it again as soon as it is disposed, and only then: a finalizer could take it from under a span.
/// </summary>
internal sealed unsafe partial class NativeBlock : IDisposable
{
    /// <summary>What is worth a mapping of its own.</summary>
    public const int LeastBytes = 64 << 10;

    private static long Allocated;

    private readonly int _bytes;
    private byte* _start;

    static NativeBlock()
    {
        // From this size on, glibc maps memory for each allocation, and takes the mapping away with it. Left to itself it raises the size to that of
        // what was freed last.
        const int MmapThreshold = -3;
        try
        {
            if (OperatingSystem.IsLinux())
            {
                _ = SetMallocOption(MmapThreshold, LeastBytes);
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another library, such as musl, which does so anyway.
        }
    }

    public NativeBlock(int bytes)
    {
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, AlignedBuffer.Alignment);
        _bytes = bytes;
        Interlocked.Add(ref Allocated, bytes);
    }

    /// <summary>Bytes of all blocks of the process.</summary>
    public static long AllocatedBytes => Volatile.Read(ref Allocated);

    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_start is null, this);
            return new Span<byte>(_start, _bytes);
        }
    }

    /// <summary>Gives the memory back. Nobody may have a span of it any longer.</summary>
    public void Dispose()
    {
        if (_start is not null)
        {
            NativeMemory.AlignedFree(_start);
            _start = null;
            Interlocked.Add(ref Allocated, -_bytes);
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetMallocOption(int option, int value);
}
