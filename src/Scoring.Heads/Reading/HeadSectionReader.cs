using System.Globalization;

namespace Scoring.Heads.Reading;

/// <summary>Reads one head from its section, and notes what is wrong with each of its keys.</summary>
internal sealed class HeadSectionReader(
    SettingNode section, string folder, HeadLimits limits, Problems problems, List<string> labelsFiles)
{
    private static readonly string[] Keys = ["activation", "bias", "classes", "groups", "labels", "labelsFile", "temperature", "threshold"];

    private bool _isGood = true;

    /// <summary>The head; null where something is wrong with it.</summary>
    public HeadDefinition? Read()
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            Refuse($"{section.Path} is '{Quoted.Text(section.Value)}'; a head is an object with the keys {string.Join(", ", Keys)}");
            return null;
        }

        CheckKeys();
        var activation = ReadActivation();
        var classes = ReadNumber(
            "classes", 0, "a whole number from 0, for any width, to " + limits.Classes, ParseInt, value => value >= 0 && value <= limits.Classes);
        var labels = ReadLabels();
        var bias = ReadArray("bias", "a finite number", ParseFloat, float.IsFinite);
        var groups = ReadArray("groups", $"a whole number from 1 to {limits.Classes}", ParseInt, width => width >= 1 && width <= limits.Classes);
        if (groups.Length > 0 && activation?.IsMulticlass() == false)
        {
            Refuse("groups", $"is set; only softmax and log_softmax heads have groups, and this one is {section["activation"]?.Value}");
        }

        if (section["threshold"]?.Value is not null && activation?.HasProbabilities() == false)
        {
            Refuse("threshold", "is set; a linear head has no probabilities to decide by");
        }

        var head = new HeadDefinition
        {
            Name = section.Key,
            Activation = activation ?? default,
            Classes = CommonWidth(classes, labels.Length, groups.Sum(width => (long)width), bias.Length),
            Labels = _isGood ? new LabelTable(labels) : LabelTable.Empty,
            Temperature = ReadNumber("temperature", 1f, "a finite number above 0", ParseFloat, value => value > 0 && float.IsFinite(value)),
            Threshold = ReadNumber(
                "threshold", activation?.IsMultilabel() == true ? 0.5f : 0f, "a number from 0 to 1", ParseFloat, value => value is >= 0 and <= 1),
            Bias = bias,
            Groups = groups,
        };
        return _isGood ? head : null;
    }

    private static (bool, int) ParseInt(string text) =>
        (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value), value);

    private static (bool, float) ParseFloat(string text) =>
        (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value), value);

    private void CheckKeys()
    {
        foreach (var key in section.Children)
        {
            if (!Keys.Contains(key.Key, StringComparer.OrdinalIgnoreCase))
            {
                Refuse($"{section.Path}:{Quoted.Text(key.Key)} is not a key of a head; the keys are {string.Join(", ", Keys)}");
            }
        }
    }

    private Activation? ReadActivation()
    {
        if (ReadText("activation") is not { } name)
        {
            if (section["activation"] is null or { Value: null, Children.Count: 0 })
            {
                Refuse("activation", $"is missing; it must be {ActivationNames.Known}");
            }

            return null;
        }

        if (ActivationNames.Find(name) is { } activation)
        {
            return activation;
        }

        Refuse("activation", $"is '{Quoted.Text(name)}'; it must be {ActivationNames.Known}");
        return null;
    }

    private string[] ReadLabels()
    {
        var labels = ReadArray("labels", "text", text => (true, text), _ => true);
        var file = ReadText("labelsFile");
        if (file is not null && labels.Length > 0)
        {
            Refuse("labelsFile", "is set, and labels is as well; a head takes its labels from one of them");
            return labels;
        }

        if (file is null)
        {
            CheckLabels(labels, index => $"labels:{index}");
            return labels;
        }

        var path = Path.GetFullPath(file, folder);
        labelsFiles.Add(path);
        var (lines, problem) = LabelsFile.Read(path);
        if (lines is null)
        {
            Refuse("labelsFile", $"is '{Quoted.Text(file)}', which cannot be read: {problem}");
            return [];
        }

        CheckLabels(lines, index => $"labelsFile, line {index + 1},");
        return lines;
    }

    private void CheckLabels(string[] labels, Func<int, string> place)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < labels.Length; index++)
        {
            var label = labels[index];
            if (label.Length == 0 || label.Length > limits.LabelLength)
            {
                Refuse(place(index), $"has {label.Length} characters; a label has 1 to {limits.LabelLength} ({limits.Section}LabelLength)");
            }
            else if (!first.TryAdd(label, index))
            {
                Refuse(place(index), $"is '{Quoted.Text(label)}', as is the label of class {first[label]}; labels must differ");
            }
        }
    }

    /// <summary>The width that all keys which tell one agree on; 0 where none does.</summary>
    private int CommonWidth(int classes, int labels, long groups, int bias)
    {
        (string Key, long Width)[] told =
        [
            .. new (string Key, long Width)[] { ("classes", classes), (
                section["labelsFile"]?.Value is null ? "labels" : "labelsFile", labels), ("groups", groups), ("bias", bias) }
                .Where(key => key.Width > 0),
        ];
        foreach (var (key, width) in told)
        {
            if (width > limits.Classes)
            {
                Refuse(key, $"is for {width} classes; at most {limits.Classes} are allowed ({limits.Section}Classes)");
            }
            else if (width != told[0].Width)
            {
                Refuse(key, $"is for {Plural.Of(width, "class")}, and {told[0].Key} for {told[0].Width}; they must agree");
            }
        }

        return told.Length == 0 ? 0 : (int)Math.Min(told[0].Width, limits.Classes);
    }

    /// <summary>A single value; null where it is not set.</summary>
    private string? ReadText(string key)
    {
        var single = section[key];
        if (single is { Children.Count: > 0 })
        {
            Refuse(key, "is an object or an array; it must be a single value");
            return null;
        }

        return single?.Value;
    }

    private T ReadNumber<T>(string key, T absent, string allowed, Func<string, (bool IsNumber, T Value)> parse, Func<T, bool> isAllowed)
    {
        if (ReadText(key) is not { } text)
        {
            return absent;
        }

        var (isNumber, value) = parse(text);
        if (isNumber && isAllowed(value))
        {
            return value;
        }

        Refuse(key, $"is '{Quoted.Text(text)}'; it must be {allowed}");
        return absent;
    }

    private T[] ReadArray<T>(string key, string allowed, Func<string, (bool IsValue, T Value)> parse, Func<T, bool> isAllowed)
    {
        if (section[key] is not { } array)
        {
            return [];
        }

        if (!string.IsNullOrEmpty(array.Value))
        {
            Refuse(key, $"is '{Quoted.Text(array.Value)}'; it must be an array");
            return [];
        }

        var values = new List<T>(array.Children.Count);
        foreach (var element in array.Children)
        {
            if (!int.TryParse(element.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index != values.Count)
            {
                Refuse(key, $"has '{Quoted.Text(element.Key)}' where the entry {values.Count} of an array must be");
                break;
            }

            var (isValue, value) = parse(element.Value ?? string.Empty);
            if (element.Children.Count > 0)
            {
                Refuse($"{key}:{element.Key}", "is an object or an array; it must be a single value");
            }
            else if (!isValue || !isAllowed(value))
            {
                Refuse($"{key}:{element.Key}", $"is '{Quoted.Text(element.Value)}'; it must be {allowed}");
            }

            values.Add(value);
        }

        return [.. values];
    }

    private void Refuse(string key, string what) => Refuse($"{section.Path}:{key} {what}");

    private void Refuse(string problem)
    {
        _isGood = false;
        problems.Add(problem);
    }
}
