using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Scoring.Service.Settings;

/// <summary>What a setting must look like, by the type of the property that it is bound to.</summary>
internal sealed class SettingShape
{
    private Type? _value;
    private RangeAttribute? _range;

    /// <summary>The keys of a section.</summary>
    public Dictionary<string, SettingShape> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What each entry must look like, of a list or where names are free; null for what has no entries.</summary>
    public SettingShape? Each { get; private set; }

    /// <summary>Whether the entries have numbers for names.</summary>
    public bool IsList { get; private set; }

    /// <summary>Whether it is one value.</summary>
    public bool IsValue => _value is not null;

    /// <summary>Whether it may be null, which is as if it were not set.</summary>
    public bool MayBeNull => _value is not null && Nullable.GetUnderlyingType(_value) is not null;

    /// <summary>Whether it is somebody else's to look at.</summary>
    public bool IsAnything { get; private set; }

    /// <summary>In the words of whoever sets it.</summary>
    public string Description => IsList ? "a list"
        : _value is null ? Keys.Count > 0 ? $"an object with the keys {string.Join(", ", Keys.Keys)}" : "an object"
        : (Nullable.GetUnderlyingType(_value) ?? _value) switch
        {
            { IsEnum: true } choices => $"one of {string.Join(", ", Enum.GetNames(choices).Select(name => name.ToLowerInvariant()))}",
            var type when type == typeof(string) => "text",
            var type when type == typeof(double) => $"a number{Range()}",
            _ => $"a whole number{Range()}",
        };

    /// <summary>Adds a class to the section that this is the root of.</summary>
    public void Add(SettingsSection known)
    {
        var shape = this;
        foreach (var key in known.Section.Split(ConfigurationPath.KeyDelimiter, StringSplitOptions.RemoveEmptyEntries))
        {
            shape = shape.Keys.TryGetValue(key, out var there) ? there : shape.Keys[key] = new SettingShape();
        }

        shape.Become(known.Type);
    }

    /// <summary>The paths of all that may be set under this section, but for those with names that are free.</summary>
    public IEnumerable<string> Paths(string path) =>
        Keys.Select(
            key => (Path: ConfigurationPath.Combine(path, key.Key), Shape: key.Value)).SelectMany(key => key.Shape.Paths(key.Path).Prepend(key.Path));

    /// <summary>Whether a text is such a value, as the binder would read it.</summary>
    public bool Takes(string text)
    {
        if (_value is { IsEnum: true })
        {
            // The binder would take any number as well.
            return Enum.GetNames(_value).Contains(text, StringComparer.OrdinalIgnoreCase);
        }

        try
        {
            var value = TypeDescriptor.GetConverter(_value!).ConvertFromInvariantString(text);
            return _range?.IsValid(value) ?? true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }

    private SettingShape Become(Type type, RangeAttribute? range = null)
    {
        if (type == typeof(object))
        {
            IsAnything = true;
        }
        else if (type.IsArray)
        {
            (IsList, Each) = (true, new SettingShape().Become(type.GetElementType()!, range));
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            Each = new SettingShape().Become(type.GetGenericArguments()[1], range);
        }
        else if (TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)))
        {
            (_value, _range) = (type, range);
        }
        else
        {
            foreach (var property in type.GetProperties().Where(property => property.SetMethod?.IsPublic == true))
            {
                Keys[property.Name] = new SettingShape().Become(property.PropertyType, property.GetCustomAttribute<RangeAttribute>());
            }
        }

        return this;
    }

    private string Range() => _range switch
    {
        null => string.Empty,
        { Maximum: >= (double)long.MaxValue } => string.Create(CultureInfo.InvariantCulture, $" of at least {_range.Minimum}"),
        _ => string.Create(CultureInfo.InvariantCulture, $" from {_range.Minimum} to {_range.Maximum}"),
    };
}
