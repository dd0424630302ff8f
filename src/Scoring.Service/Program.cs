using Scoring.Service;

await ScoringHost.Create(args).RunAsync();
