using Scoring.Fuzz;

namespace Scoring.Protocol.Tests;

public sealed class CorpusTests
{
    [Fact]
    public void All_inputs_that_fuzzing_has_kept_hold()
    {
        var paths = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus"));
        Assert.NotEmpty(paths);
        Assert.All(paths, path => new FuzzTarget().Check(File.ReadAllBytes(path)));
    }
}
