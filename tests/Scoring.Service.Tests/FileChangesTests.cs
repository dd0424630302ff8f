using Scoring.Service.Files;

namespace Scoring.Service.Tests;

public sealed class FileChangesTests
{
    [Fact]
    public void A_file_that_changes_from_look_to_look_is_read_at_each()
    {
        using var folder = new TemporaryFolder();
        var changes = Watch(folder);
        for (var i = 1; i < 5; i++)
        {
            folder.Write("file", new string('x', 10 * i));
            Assert.True(changes.Check());
            changes.Accept();
        }

        Assert.False(changes.Check());
    }

    [Fact]
    public void What_can_pass_for_whole_while_a_part_of_it_is_there_waits_for_one_look_and_no_more()
    {
        using var folder = new TemporaryFolder();
        var changes = Watch(folder, waits: true);
        var wasRead = new List<bool>();
        for (var i = 1; i < 5; i++)
        {
            folder.Write("file", new string('x', 10 * i));
            wasRead.Add(changes.Check());
            if (wasRead[^1])
            {
                changes.Accept();
            }
        }

        Assert.Equal([false, true, false, true], wasRead);
        folder.Write("file", "y");
        Assert.False(changes.Check());
        Assert.True(changes.Check());
        changes.Accept();
        Assert.False(changes.Check());
    }

    [Fact]
    public void What_cannot_be_used_is_read_once_more_before_it_is_refused_and_then_when_it_changes()
    {
        using var folder = new TemporaryFolder();
        var changes = Watch(folder);
        folder.Write("file", "half");
        Assert.True(changes.Check());
        Assert.False(changes.Refuse());
        Assert.True(changes.Check());
        Assert.True(changes.Refuse());
        Assert.False(changes.Check());

        folder.Write("file", "half again");
        Assert.True(changes.Check());
        Assert.False(changes.Refuse());
        folder.Write("file", "half again, and the rest");
        Assert.True(changes.Check());
        changes.Accept();
        Assert.False(changes.Check());
    }

    [Fact]
    public void A_file_that_is_written_again_within_a_step_of_its_file_systems_clock_has_changed()
    {
        using var folder = new TemporaryFolder();
        var changes = Watch(folder);
        var written = File.GetLastWriteTimeUtc(folder["file"]);
        folder.Write("file", "other");
        File.SetLastWriteTimeUtc(folder["file"], written);
        Assert.True(changes.Check());
        changes.Accept();
        Assert.False(changes.Check());
    }

    [Fact]
    public void A_file_that_takes_the_place_of_one_as_long_and_as_old_has_changed()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, text) in new[] { ("a/file", "first"), ("b/file", "other") })
        {
            Directory.CreateDirectory(folder[name[..1]]);
            File.SetLastWriteTimeUtc(folder.Write(name, text), DateTime.UnixEpoch);
        }

        Directory.CreateSymbolicLink(folder["now"], folder["a"]);
        var changes = new FileChanges(() => [folder["now/file"]], TimeProvider.System);
        changes.TakeAsKnown();
        Assert.False(changes.Check());
        Directory.Delete(folder["now"]);
        Directory.CreateSymbolicLink(folder["now"], folder["b"]);
        Assert.True(changes.Check());
        changes.Accept();
        Assert.False(changes.Check());
    }

    [Fact]
    public void The_bytes_of_a_large_file_that_was_not_written_for_a_while_are_not_read_at_every_look()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", new string('1', (1 << 20) + 1));
        var written = DateTime.UnixEpoch;
        File.SetLastWriteTimeUtc(file, written);
        var changes = new FileChanges(() => [file], TimeProvider.System);
        changes.TakeAsKnown();
        folder.Write("file", new string('2', (1 << 20) + 1));
        File.SetLastWriteTimeUtc(file, written);
        // Nobody writes twice within a step of the clock with years between.
        Assert.False(changes.Check());
    }

    private static FileChanges Watch(TemporaryFolder folder, bool waits = false)
    {
        var file = folder.Write("file", "first");
        var changes = new FileChanges(() => [file], TimeProvider.System, waits);
        changes.TakeAsKnown();
        Assert.False(changes.Check());
        return changes;
    }
}
