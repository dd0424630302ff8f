namespace Scoring.Service.Files;

/// <summary>Tells of files that have changed, once they stand still: one that is still written is not read.</summary>
/// <param name="files">The files to look at now.</param>
internal sealed class FileChanges(Func<IEnumerable<string>> files)
{
    private FileStamp[] _seen = [];
    private bool _isChanging;

    /// <summary>Takes the files as they are now for known. Without it, the first files that are found stand for a change.</summary>
    public void TakeAsKnown() => (_seen, _isChanging) = (Stamps(), false);

    /// <summary>Looks at the files; whether they have changed since they were last found so, and not since the look before this one.</summary>
    public bool Look()
    {
        var now = Stamps();
        if (!now.SequenceEqual(_seen))
        {
            (_seen, _isChanging) = (now, true);
            return false;
        }

        var hasChanged = _isChanging;
        _isChanging = false;
        return hasChanged;
    }

    private FileStamp[] Stamps() => [.. files().Select(FileStamp.Of)];
}
