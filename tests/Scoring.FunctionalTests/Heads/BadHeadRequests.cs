using Scoring.Client;
using Scoring.Protocol;

namespace Scoring.FunctionalTests.Heads;

/// <summary>Requests that do not fit their head, and the message that they are answered with.</summary>
internal static class BadHeadRequests
{
    /// <summary>The heads they are for, as arguments.</summary>
    public static string[] Heads { get; } =
    [
        "--Scoring:Heads:pets:activation=softmax", "--Scoring:Heads:pets:labels:0=cat", "--Scoring:Heads:pets:labels:1=dog",
        "--Scoring:Heads:traits:activation=sigmoid", "--Scoring:Heads:traits:labels:0=furry", "--Scoring:Heads:traits:labels:1=tame",
        "--Scoring:Heads:actions:activation=softmax", "--Scoring:Heads:actions:groups:0=2", "--Scoring:Heads:actions:groups:1=3",
        "--Scoring:Heads:actions:labels:0=stay", "--Scoring:Heads:actions:labels:1=go", "--Scoring:Heads:actions:labels:2=left",
        "--Scoring:Heads:actions:labels:3=right", "--Scoring:Heads:actions:labels:4=up",
    ];

    public static TheoryData<ScoreRequest, string> Requests => new()
    {
        { Request("dogs", 2), "head 'dogs' is not configured; there are actions, linear, log_softmax, pets, sigmoid, softmax, traits" },
        { new ScoreRequest { Head = "pets", Classes = 3, Logits = new float[3] }, "classes is 3; head 'pets' has 2" },
        { Request("pets", 3), "3 logits do not divide into rows of 2 classes: row 1 has only 1" },
        { Request("actions", 5, OutputSet.TopK, topK: 3), "top_k is 3; group 0 of head 'actions' has 2 classes" },
        { Request("pets", 2, OutputSet.Labels), "outputs names LABELS without TOP_K, whose classes they would name" },
        { Request("softmax", 2, OutputSet.Labels | OutputSet.TopK), "outputs names LABELS; head 'softmax' has none" },
        { Request("actions", 10, OutputSet.Loss, [0, 2, 1]),
            "LOSS of 2 rows of 5 classes needs 4 targets (one class for each group of each row); the message has 3" },
        { Request("actions", 10, OutputSet.Loss, [0, 2, 1, 1]), "row 1, group 1: the target is class 1; the group's classes are 2 to 4" },
        { Request("pets", 4, OutputSet.Loss, [0, 1], ["cat", "dog"]),
            "targets (2 of them) and target_labels (2 of them) are both set; a message carries one of them" },
        { Request(
            "traits", 2, OutputSet.Loss, [], ["furry"]), "target_labels is set; head 'traits' is sigmoid and takes targets, 0 or 1 for each class" },
        { Request("softmax", 2, OutputSet.Loss, [], ["cat"]), "target_labels is set; head 'softmax' has no labels" },
        { Request(
            "pets", 4, OutputSet.Loss, [], ["cat"]), "LOSS of 2 rows of 2 classes needs 2 targets (one class for each row); the message has 1" },
        { Request("softmax", 2, OutputSet.Loss, new uint[9000]),
            "LOSS of 1 row of 2 classes needs 1 target (one class for each row); the message has 9000" },
        { Request("pets", 2, OutputSet.Loss, [], [.. Enumerable.Repeat("", 9000)]),
            "LOSS of 1 row of 2 classes needs 1 target (one class for each row); the message has 9000" },
        { Request("pets", 4, OutputSet.Loss, [], ["cat", "b\nrd"]), "row 1: the target is 'b?rd', which is not a label of head 'pets'" },
        { Request("pets", 2, OutputSet.Loss, [], [new string('x', 5000)]),
            $"row 0: the target is '{new string('x', 64)}…', which is not a label of head 'pets'" },
        { Request("actions", 5, OutputSet.Loss, [], ["go", "down"]), "row 0, group 1: the target is 'down', which is not a label of head 'actions'" },
        { Request("actions", 5, OutputSet.Loss, [], ["up", "left"]), "row 0, group 0: the target is class 4; the group's classes are 0 to 1" },
    };

    private static ScoreRequest Request(
        string head, int logits, OutputSet outputs = OutputSet.None, uint[]? targets = null, string[]? labels = null, int topK = 0) => new()
        {
            Head = head,
            Classes = head == "softmax" ? logits : 0,
            Logits = new float[logits],
            Outputs = outputs,
            TopK = topK,
            Targets = targets,
            TargetLabels = labels ?? [],
        };
}
