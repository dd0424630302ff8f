using System.Runtime.InteropServices;

namespace Scoring.Kernels.Tests;

/// <summary>Memory that ends right before a page no one may touch, and begins right after one: a step outside ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int None = 0;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _start;
    private readonly nint _size;
    private readonly nint _page = Environment.SystemPageSize;

    public GuardedMemory(int bytes)
    {
        Size = (int)((bytes + _page - 1) / _page * _page);
        _size = Size + (2 * _page);
        _start = Map(0, _size, ReadWrite, PrivateAnonymous, -1, 0);
        if (_start == -1 || Protect(_start, _page, None) != 0 || Protect(_start + _page + Size, _page, None) != 0)
        {
            throw new InvalidOperationException($"No guarded memory: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    public int Size { get; }

    /// <summary>The last <paramref name="length"/> values before the forbidden page.</summary>
    public Span<T> Last<T>(int length) where T : unmanaged => new((void*)(_start + _page + Size - (length * sizeof(T))), length);

    /// <summary>The first <paramref name="length"/> values behind the forbidden page.</summary>
    public Span<T> First<T>(int length) where T : unmanaged => new((void*)(_start + _page), length);

    public void Dispose() => _ = Unmap(_start, _size);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nint length);
}
