using Scoring.Fuzz;
using SharpFuzz;

switch (args)
{
    case ["fuzz"]:
        // What is instrumented may run only once the fuzzer listens.
        var target = new Lazy<FuzzTarget>(() => new FuzzTarget());
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target.Value.Check(input.ToArray());
        });
        return 0;
    case ["replay", .. var paths]:
        return Replay.Run(paths);
    case ["seeds", var folder]:
        Seeds.Write(folder);
        return 0;
    case ["instrument", var assembly]:
        Instrumentation.Apply(assembly);
        return 0;
    default:
        Console.Error.WriteLine("""
            fuzz                    what afl-fuzz runs: one input after another, from standard input
            replay <file>...        checks inputs, and tells of each that fails what it is and what is wrong
            seeds <folder>          writes the inputs that fuzzing starts from
            instrument <assembly>   has the assembly tell which branches it takes
            """);
        return 1;
}
