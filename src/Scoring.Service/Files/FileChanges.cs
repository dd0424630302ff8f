namespace Scoring.Service.Files;

/// <summary>
/// Tells when files are to be read. They are when they have changed, also while they go on changing: whoever is not to be served any more is not
/// served for as long as a file is rewritten. What cannot be used may be half-written, so it is read once more at the next look before anybody
/// complains.
/// </summary>
/// <param name="files">The files to look at now.</param>
/// <param name="time">The clock.</param>
/// <param name="waits">
/// Whether a change is read at the look after the one that finds it, because a file of which a part is there can pass for whole.
/// </param>
internal sealed class FileChanges(Func<IEnumerable<string>> files, TimeProvider time, bool waits = false)
{
    private FileStamp[] _seen = [];

    /// <summary>A change was found, and is to be read at the next look.</summary>
    private bool _isNew;

    /// <summary>What was read last could not be used.</summary>
    private bool _isDoubtful;

    /// <summary>Why the files are not to be read, as the last look found them; null where they may be.</summary>
    public string? Problem =>
        _seen.Where(
            static stamp => stamp.Problem is not null).Select(static stamp => $"'{stamp.Path}' cannot be read: {stamp.Problem}").FirstOrDefault();

    /// <summary>Takes the files as they are now for known. Without it, the first files that are found stand for a change.</summary>
    public void TakeAsKnown() => _seen = Stamps();

    /// <summary>Looks at the files; whether they are to be read now, which is to be followed by what became of it.</summary>
    public bool Check()
    {
        var now = Stamps();
        var hasChanged = now.Length != _seen.Length || !now.Zip(_seen).All(static pair => pair.First.IsSameAs(pair.Second));
        _seen = now;
        if (hasChanged && waits && !_isNew)
        {
            _isNew = true;
            return false;
        }

        return hasChanged || _isNew || _isDoubtful;
    }

    /// <summary>What was read is in force.</summary>
    public void Accept() => (_isNew, _isDoubtful) = (false, false);

    /// <summary>What was read cannot be used; whether that is certain now.</summary>
    public bool Refuse()
    {
        (_isNew, _isDoubtful) = (false, !_isDoubtful);
        return !_isDoubtful;
    }

    private FileStamp[] Stamps() => [.. files().Select(path => FileStamp.Of(path, Array.Find(_seen, stamp => stamp.Path == path), time.GetUtcNow()))];
}
