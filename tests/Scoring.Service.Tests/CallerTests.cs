using System.Runtime.CompilerServices;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.Service.Security;

namespace Scoring.Service.Tests;

public sealed class CallerTests
{
    private static readonly HeadDefinition Pets = new() { Name = "pets", Activation = Activation.Softmax };

    [Fact]
    public void A_caller_has_the_heads_of_each_configuration_that_it_may_use()
    {
        var caller = new Caller("key/a", mayUse: head => head[0] is 'p' or 's');
        var heads = new HeadSnapshot([Pets, Pets with { Name = "cars" }], revision: 1);
        Assert.Equal(["pets", "sigmoid", "softmax"], caller.HeadsOf(heads).Select(head => head.Name));
        Assert.Same(heads.Find("pets"), caller.Find(heads, "pets"));
        Assert.Same(heads.Find("softmax"), caller.Find(heads, string.Empty));
        Assert.Null(caller.Find(heads, "cars"));
        Assert.Null(caller.Find(heads, "plants"));

        var next = new HeadSnapshot([Pets with { Name = "cars" }, Pets with { Name = "plants" }], revision: 2);
        Assert.Same(next.Find("plants"), caller.Find(next, "plants"));
        Assert.Null(caller.Find(next, "pets"));
        Assert.Null(caller.Find(next, "cars"));
    }

    [Fact]
    public void A_caller_that_is_idle_keeps_no_heads_that_have_gone()
    {
        var caller = new Caller("key/a", mayUse: head => head == "pets");
        var used = Use(caller);
        GC.Collect();
        Assert.False(used.IsAlive);
        Assert.False(caller.MayUse("cars"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Use(Caller caller)
    {
        var heads = new HeadSnapshot([Pets], revision: 1);
        Assert.NotNull(caller.Find(heads, "pets"));
        return new WeakReference(heads);
    }
}
