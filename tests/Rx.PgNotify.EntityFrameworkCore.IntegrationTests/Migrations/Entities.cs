using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>The classes of the models that tests describe.</summary>
static class Entities
{
    internal sealed class Order
    {
        public int Id { get; set; }

        public int Number { get; set; }

        public string Status { get; set; } = "";

        public decimal Amount { get; set; }
    }

    /// <summary>May share the table of <see cref="Order"/>.</summary>
    internal sealed class OrderNote
    {
        public int Id { get; set; }

        public string? Text { get; set; }
    }

    internal sealed class Document
    {
        public int Id { get; set; }

        public string Title { get; set; } = "";

        public Place Place { get; set; } = new();

        public List<Part> Parts { get; } = [];
    }

    internal sealed class Place
    {
        public string City { get; set; } = "";

        public string Street { get; set; } = "";
    }

    internal sealed class Part
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }

    internal abstract class Animal
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }

    internal sealed class Dog : Animal
    {
        public int Size { get; set; }
    }

    internal sealed class Cat : Animal
    {
        public int Size { get; set; }
    }

    internal sealed class Post
    {
        public int Id { get; set; }

        public List<Tag> Tags { get; } = [];
    }

    internal sealed class Tag
    {
        public int Id { get; set; }

        public List<Post> Posts { get; } = [];
    }

    internal sealed class Total
    {
        public string Status { get; set; } = "";

        public int Count { get; set; }
    }

    [ChangeNotifications(Channel = "marked", Payload = TriggerPayload.Keys, Operations = TableOperations.Insert | TableOperations.Delete)]
    internal sealed class Marked
    {
        public int Id { get; set; }
    }

    [ChangeNotifications(IncludeOld = true)]
    internal sealed class MarkedWrongly
    {
        public int Id { get; set; }
    }
}
