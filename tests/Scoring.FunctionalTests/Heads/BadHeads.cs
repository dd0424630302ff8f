namespace Scoring.FunctionalTests.Heads;

/// <summary>Configurations of heads with one thing wrong, and the line that says so.</summary>
internal static class BadHeads
{
    private const string Pets = "Scoring:Heads:pets";
    private const string Keys = "activation, bias, classes, groups, labels, labelsFile, temperature, threshold";
    private const string Allowed = "it must be softmax, log_softmax, sigmoid or linear";

    /// <summary>The content of a file of heads, for limits of 4 heads, 5 classes and labels of 10 characters.</summary>
    public static TheoryData<string, string> Files => new()
    {
        { """{ "pets": {} }""", $"{Pets}:activation is missing; {Allowed}" },
        { """{ "pets": { "activation": "relu" } }""", $"{Pets}:activation is 'relu'; {Allowed}" },
        { """{ "pets": { "activation": ["softmax"] } }""", $"{Pets}:activation is an object or an array; it must be a single value" },
        { """{ "pets": { "activation": "softmax", "temprature": 2 } }""", $"{Pets}:temprature is not a key of a head; the keys are {Keys}" },
        { """{ "pets": { "activation": "softmax", "a\nb": 2 } }""", $"{Pets}:a?b is not a key of a head; the keys are {Keys}" },
        { """{ "Sigmoid": { "activation": "softmax" } }""", "Scoring:Heads:Sigmoid is built in, which configuration cannot change; choose another name" },
        {
            """{ "my pets": { "activation": "softmax" } }""",
            "Scoring:Heads:my pets is not a head's name; it must be 1 to 256 letters, digits, '.', '_' and '-', of which the first is a letter or a "
            + "digit"
        },
        {
            $$"""{ "{{new string('x', 257)}}": { "activation": "softmax" } }""",
            $"Scoring:Heads:{new string('x', 64)}… is not a head's name; it must be 1 to 256 letters, digits, '.', '_' and '-', of which the first "
            + "is a letter or a digit"
        },
        { """{ "pets": { "activation": "softmax", "classes": -1 } }""", $"{Pets}:classes is '-1'; it must be a whole number from 0, for any width, to 5" },
        { """{ "pets": { "activation": "softmax", "classes": 6 } }""", $"{Pets}:classes is '6'; it must be a whole number from 0, for any width, to 5" },
        { """{ "pets": { "activation": "softmax", "classes": 2.5 } }""", $"{Pets}:classes is '2.5'; it must be a whole number from 0, for any width, to 5" },
        { """{ "pets": { "activation": "softmax", "temperature": 0 } }""", $"{Pets}:temperature is '0'; it must be a finite number above 0" },
        { """{ "pets": { "activation": "softmax", "temperature": "NaN" } }""", $"{Pets}:temperature is 'NaN'; it must be a finite number above 0" },
        { """{ "pets": { "activation": "softmax", "temperature": 1e50 } }""", $"{Pets}:temperature is '1e50'; it must be a finite number above 0" },
        { """{ "pets": { "activation": "softmax", "temperature": "1,5" } }""", $"{Pets}:temperature is '1,5'; it must be a finite number above 0" },
        { """{ "pets": { "activation": "sigmoid", "threshold": 1.5 } }""", $"{Pets}:threshold is '1.5'; it must be a number from 0 to 1" },
        { """{ "pets": { "activation": "linear", "threshold": 0.5 } }""", $"{Pets}:threshold is set; a linear head has no probabilities to decide by" },
        { """{ "pets": { "activation": "softmax", "bias": [0, "inf"] } }""", $"{Pets}:bias:1 is 'inf'; it must be a finite number" },
        { """{ "pets": { "activation": "softmax", "bias": [0, [1]] } }""", $"{Pets}:bias:1 is an object or an array; it must be a single value" },
        { """{ "pets": { "activation": "softmax", "bias": [0, null] } }""", $"{Pets}:bias:1 is ''; it must be a finite number" },
        { """{ "pets": { "activation": "softmax", "bias": 0.5 } }""", $"{Pets}:bias is '0.5'; it must be an array" },
        { """{ "pets": { "activation": "softmax", "bias": { "cat": 1 } } }""", $"{Pets}:bias has 'cat' where the entry 0 of an array must be" },
        { """{ "pets": { "activation": "softmax", "groups": [2, 0] } }""", $"{Pets}:groups:1 is '0'; it must be a whole number from 1 to 5" },
        { """{ "pets": { "activation": "softmax", "groups": [3, 3] } }""", $"{Pets}:groups is for 6 classes; at most 5 are allowed (Scoring:Limits:Classes)" },
        {
            """{ "pets": { "activation": "sigmoid", "groups": [2, 2] } }""",
            $"{Pets}:groups is set; only softmax and log_softmax heads have groups, and this one is sigmoid"
        },
        { """{ "pets": { "activation": "softmax", "groups": [2, 2], "classes": 5 } }""", $"{Pets}:groups is for 4 classes, and classes for 5; they must agree" },
        { """{ "pets": { "activation": "softmax", "labels": ["cat", "dog"], "bias": [1] } }""", $"{Pets}:bias is for 1 class, and labels for 2; they must agree" },
        {
            """{ "pets": { "activation": "softmax", "labels": ["a", "b", "c", "d", "e", "f"] } }""",
            $"{Pets}:labels is for 6 classes; at most 5 are allowed (Scoring:Limits:Classes)"
        },
        { """{ "pets": { "activation": "softmax", "labels": "cat, dog" } }""", $"{Pets}:labels is 'cat, dog'; it must be an array" },
        { """{ "pets": { "activation": "softmax", "labels": ["cat", ""] } }""", $"{Pets}:labels:1 has 0 characters; a label has 1 to 10 (Scoring:Limits:LabelLength)" },
        { """{ "pets": { "activation": "softmax", "labels": ["cat", "hippopotamus"] } }""", $"{Pets}:labels:1 has 12 characters; a label has 1 to 10 (Scoring:Limits:LabelLength)" },
        { """{ "pets": { "activation": "softmax", "labels": ["cat", "dog", "cat"] } }""", $"{Pets}:labels:2 is 'cat', as is the label of class 0; labels must differ" },
        {
            """{ "pets": { "activation": "softmax", "labels": ["cat"], "labelsFile": "pets.txt" } }""",
            $"{Pets}:labelsFile is set, and labels is as well; a head takes its labels from one of them"
        },
        { """{ "pets": { "activation": "softmax", "labelsFile": "gap.txt" } }""", $"{Pets}:labelsFile, line 2, has 0 characters; a label has 1 to 10 (Scoring:Limits:LabelLength)" },
        { """{ "pets": { "activation": "softmax", "labelsFile": "twice.txt" } }""", $"{Pets}:labelsFile, line 3, is 'cat', as is the label of class 0; labels must differ" },
        { """{ "pets": { "activation": "softmax", "labelsFile": "latin1.txt" } }""", $"{Pets}:labelsFile is 'latin1.txt', which cannot be read: it is not UTF-8" },
        { """{ "pets": { "activation": "softmax", "labelsFile": "large.txt" } }""", $"{Pets}:labelsFile is 'large.txt', which cannot be read: it has 67108865 bytes, and 67108864 are allowed" },
        { """{ "pets": { "activation": "softmax", "labelsFile": "none.txt" } }""", $"{Pets}:labelsFile is 'none.txt', which cannot be read: Could not find file '{{folder}}/none.txt'." },
        { """{ "pets": "softmax" }""", $"{Pets} is 'softmax'; a head is an object with the keys {Keys}" },
        {
            """{ "a": { "activation": "linear" }, "b": { "activation": "linear" }, "c": { "activation": "linear" }, "d": { "activation": "linear" }, "e": { "activation": "linear" } }""",
            "Scoring:Heads has 5 heads; at most 4 are allowed (Scoring:Limits:Heads)"
        },
        {
            """{ "scoring": { "Heads": { "pets": { "activation": "softmax" } } } }""",
            "Scoring:HeadsFile is '{folder}/heads.json', which cannot be read: it has heads under Scoring:Heads, as appsettings.json has; a file of "
            + "heads has what stands there: an object with an entry for each head"
        },
        {
            """{ "pets": """,
            "Scoring:HeadsFile is '{folder}/heads.json', which cannot be read: it is no JSON: it ends at line 1, byte 11, before it is complete"
        },
    };
}
