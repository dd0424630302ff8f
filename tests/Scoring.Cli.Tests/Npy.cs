using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Scoring.Cli.Tests;

/// <summary>Makes and reads .npy files from the format's description alone, not with the code under test.</summary>
internal static class Npy
{
    public static byte[] Make<T>(string descr, string shape, T[] elements, string order = "False", byte version = 1)
        where T : unmanaged =>
        Make($"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}", MemoryMarshal.AsBytes(elements).ToArray(), version);

    public static byte[] Make(string dictionary, byte[] data, byte version = 1)
    {
        var text = Encoding.UTF8.GetBytes(dictionary + "\n");
        var length = new byte[version == 1 ? 2 : 4];
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        }

        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. data];
    }

    /// <summary>The dictionary and the elements of a file of version 1.</summary>
    public static (string Dictionary, T[] Elements) Read<T>(string path)
        where T : unmanaged
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        Assert.True(bytes.StartsWith<byte>([0x93, .. "NUMPY"u8, 1, 0]), "an .npy file begins with its magic string and version");
        var end = 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        Assert.Equal(0, end % 64);
        return (Encoding.ASCII.GetString(bytes[10..end]).TrimEnd(), MemoryMarshal.Cast<byte, T>(bytes[end..]).ToArray());
    }
}
