namespace SavedMessages;

/// <summary>A message that was saved, changed or taken back.</summary>
sealed record Change(long Id, string Text);
