namespace LiveBoard;

sealed class Card
{
    public int Id { get; init; }

    public required string Text { get; init; }

    public bool IsDone { get; set; }
}
