using System.Runtime.InteropServices;

namespace Scoring.Cli.Files;

/// <summary>Which file it is, under whatever name: its device, and its inode on it.</summary>
/// <param name="Device">The device.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Group">Whose members its rights for a group are for.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode, uint Group)
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;

    /// <summary>The current folder, to which names are relative: AT_FDCWD.</summary>
    private const int CurrentFolder = -100;

    /// <summary>The descriptor itself, where the name is empty: AT_EMPTY_PATH.</summary>
    private const int EmptyPath = 0x1000;

    /// <summary>STATX_TYPE, STATX_GID and STATX_INO.</summary>
    private const uint Wanted = 0x111;

    // The kernel's struct statx, which is the same on every architecture.
    private const int Size = 256;
    private const int GroupAt = 24;
    private const int ModeAt = 28;
    private const int InodeAt = 32;
    private const int DeviceAt = 136;

    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>What a path that is read leads to, or standard input for <c>-</c>; null for no regular file, or none at all.</summary>
    public static FileIdentity? OfInput(string path) => path == LogitReader.StandardStream ? Find(StandardInput, "") : Find(CurrentFolder, path);

    /// <summary>What a path that is written leads to, or standard output for <c>-</c>.</summary>
    public static FileIdentity? OfOutput(string path) => path == LogitReader.StandardStream ? Find(StandardOutput, "") : Find(CurrentFolder, path);

    /// <summary>Whether a path leads to what is there and is no regular file, such as a device; false where the system does not tell.</summary>
    public static bool IsSpecial(string path)
    {
        Span<byte> found = stackalloc byte[Size];
        return TryFind(CurrentFolder, path, found) && !IsOf(RegularFile, found);
    }

    /// <summary>The folder that a path leads to; null for none.</summary>
    public static FileIdentity? OfFolder(string? path) => path is null ? null : Find(CurrentFolder, path, Folder);

    private static FileIdentity? Find(int descriptor, string path, int type = RegularFile)
    {
        Span<byte> found = stackalloc byte[Size];
        return TryFind(descriptor, path, found) && IsOf(type, found)
            ? new FileIdentity(
                MemoryMarshal.Read<ulong>(found[DeviceAt..]), MemoryMarshal.Read<ulong>(found[InodeAt..]), MemoryMarshal.Read<uint>(found[GroupAt..]))
            : null;
    }

    private static bool IsOf(int type, ReadOnlySpan<byte> found) => (MemoryMarshal.Read<ushort>(found[ModeAt..]) & TypeMask) == type;

    private static bool TryFind(int descriptor, string path, Span<byte> found)
    {
        try
        {
            return OperatingSystem.IsLinux()
                && Statx(descriptor, path, path.Length == 0 ? EmptyPath : 0, Wanted, ref MemoryMarshal.GetReference(found)) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than statx.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int descriptor, string path, int flags, uint mask, ref byte result);
}
