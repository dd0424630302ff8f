using System.Text;

namespace Scoring.Benchmarks.Kernels;

/// <summary>ONNX models of a single operator over rows × classes floats, written as the protobuf they are.</summary>
internal static class OnnxModel
{
    private const int Float = 1;
    private const int Int64 = 7;

    public static byte[] Elementwise(string op, int rows, int classes) =>
        Model(Node(op, ["x"], ["y"], op == "Softmax" ? [Attribute("axis", -1)] : []), [], rows, classes, [("y", Float, [rows, classes])]);

    public static byte[] ArgMax(int rows, int classes) =>
        Model(Node("ArgMax", ["x"], ["y"], [Attribute("axis", -1), Attribute("keepdims", 0)]), [], rows, classes, [("y", Int64, [rows])]);

    public static byte[] TopK(int rows, int classes, int k) => Model(
        Node("TopK", ["x", "k"], ["values", "indices"], [Attribute("axis", -1)]),
        Field(5, [.. Varint(1, 1), .. Varint(2, Int64), .. Varint(7, (ulong)k), .. Text(8, "k")]),
        rows,
        classes,
        [("values", Float, [rows, k]), ("indices", Int64, [rows, k])]);

    private static byte[] Model(byte[] node, byte[] initializer, int rows, int classes, (string Name, int Type, int[] Shape)[] outputs)
    {
        byte[] graph =
        [
            .. Field(1, node), .. Text(2, "g"), .. initializer, .. Field(11, Value("x", Float, [rows, classes])),
            .. outputs.SelectMany(output => Field(12, Value(output.Name, output.Type, output.Shape))),
        ];
        return [.. Varint(1, 8), .. Field(7, graph), .. Field(8, [.. Text(1, ""), .. Varint(2, 13)])];
    }

    private static byte[] Node(string op, string[] inputs, string[] outputs, byte[][] attributes) =>
    [
        .. inputs.SelectMany(name => Text(1, name)), .. outputs.SelectMany(name => Text(2, name)), .. Text(4, op),
        .. attributes.SelectMany(attribute => Field(5, attribute)),
    ];

    private static byte[] Attribute(string name, long value) => [.. Text(1, name), .. Varint(3, (ulong)value), .. Varint(20, 2)];

    private static byte[] Value(string name, int type, int[] shape)
    {
        byte[] dimensions = [.. shape.SelectMany(size => Field(1, Varint(1, (ulong)size)))];
        return [.. Text(1, name), .. Field(2, Field(1, [.. Varint(1, (ulong)type), .. Field(2, dimensions)]))];
    }

    private static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] bytes) => [.. Number(((ulong)field << 3) | 2), .. Number((ulong)bytes.Length), .. bytes];

    private static byte[] Varint(int field, ulong value) => [.. Number((ulong)field << 3), .. Number(value)];

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
        {
            bytes.Add((byte)(value | 128));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
