using Scoring.Fuzz.Oracles;

namespace Scoring.Fuzz;

/// <summary>Checks inputs outside the fuzzer.</summary>
internal static class Replay
{
    /// <summary>Tells of each file whose input fails; 1 where one did.</summary>
    public static int Run(string[] paths)
    {
        var failed = 0;
        foreach (var path in paths)
        {
            var input = File.ReadAllBytes(path);
            try
            {
                new FuzzTarget().Check(input);
            }
#pragma warning disable CA1031 // Whatever escapes a codec is what is looked for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failed++;
                Console.WriteLine(
                    $"{Path.GetFileName(path)}: {Convert.ToHexString(input)}\n{(exception is CodecFault ? exception.Message : exception)}\n");
            }
        }

        Console.WriteLine($"{paths.Length - failed} of {paths.Length} inputs hold.");
        return failed > 0 ? 1 : 0;
    }
}
