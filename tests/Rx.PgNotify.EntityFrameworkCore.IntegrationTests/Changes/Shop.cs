using System.ComponentModel.DataAnnotations.Schema;

#pragma warning disable MA0048 // one model, to be read as a whole
#pragma warning disable MA0016 // EF Core tells lists and other collections apart
#pragma warning disable IDE0044, CS0169, CS0649, IDE0051, CA1823, CA1852 // EF Core writes what C# does not

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

public readonly record struct OrderId(Guid Value);

public record Address(string Street, string? City);

public readonly record struct Money(decimal Amount, string Currency);

/// <summary>An entity that is hard to make: by a private constructor, fields, init-only and required members, parts of all kinds.</summary>
public sealed class Order
{
    readonly string _readOnlyField = "";
    string _secret;

    Order(OrderId id, string customer)
    {
        (Id, Customer) = (id, customer);
        _secret = "";
        MadeByConstructor = true;
    }

    public OrderId Id { get; }
    public string Customer { get; private set; }
    public string ReadOnly => _readOnlyField;
    public int InitOnly { get; init; }
    public required string Required { get; set; }

    public required Address Shipping { get; set; }
    public Address? Billing { get; set; }
    public Money Total { get; set; }
    public Contact Contact { get; set; } = null!;
    public Contact? Deputy { get; set; }
    public Details Details { get; set; } = new();
    public List<Line> Lines { get; } = [];
    public Extra? Extra { get; set; }

    public uint Version { get; set; }
    public string Loud { get; private set; } = "";

    [NotMapped]
    public string Ignored { get; set; } = "as it was made";

    [NotMapped]
    public bool MadeByConstructor { get; }

    public ICollection<Note> Notes { get; } = [];

    public string Secret() => _secret;

    public static Order New(string customer, string secret, Action<Order>? change = null)
    {
        var order = new Order(new OrderId(Guid.NewGuid()), customer)
        {
            InitOnly = 7,
            Required = "yes",
            Shipping = new Address("Main Street 1", null),
            Total = new Money(12.50m, "EUR"),
            Contact = new Contact { Name = "Ada" },
            _secret = secret,
        };
        change?.Invoke(order);
        return order;
    }
}

public sealed class Contact
{
    public string Name { get; set; } = "";
    public string? Phone { get; set; }
    public Order Order { get; set; } = null!;
}

public sealed class Details
{
    public Status Status { get; set; }
    public DateOnly? Due { get; set; }
    public List<int> Numbers { get; set; } = [];
    public byte[] Bytes { get; set; } = [];
    public TimeSpan Took { get; set; }
    public Inner? Inner { get; set; }
}

public sealed class Inner
{
    public decimal Amount { get; set; }
    public DateTime At { get; set; }
}

/// <summary>A complex type in a JSON document.</summary>
public sealed class Extra
{
    public Status Status { get; set; }
    public List<string> Words { get; set; } = [];
    public required ExtraInner Inner { get; set; }
    public List<ExtraInner> Inners { get; set; } = [];
}

public sealed record ExtraInner(decimal Amount, DateOnly? Day);

public sealed class Line
{
    public required string Article { get; init; }
    public int Count { get; set; }
}

/// <summary>Its key is in shadow state.</summary>
public sealed class Note
{
    public string Text { get; set; } = "";
    public Order? Order { get; set; }
}

public abstract class Animal
{
    public int Id { get; set; }
    public string Name { get; set; } = "";
}

public class Cat : Animal
{
    public int Lives { get; set; }
}

public class Dog : Animal
{
    public required string Trick { get; set; }
}

public sealed class Puppy : Dog
{
    public int? Weeks { get; set; }
}

public abstract class Shape
{
    public Guid Id { get; set; }
}

public sealed class Circle : Shape
{
    public double Radius { get; set; }
}

public sealed class Square : Shape
{
    public double Side { get; set; }
}

public class Person
{
    public int Id { get; set; }
    public string Name { get; set; } = "";
}

public sealed class Employee : Person
{
    public decimal Salary { get; set; }
}

public sealed class Stock
{
    public int Tenant { get; set; }
    public OrderId Batch { get; set; }
    public int Count { get; set; }
}

public sealed class Odd
{
    public long Key { get; set; }
    public string? Value { get; set; }
}

/// <summary>Of which a trigger reports two columns only.</summary>
public sealed class Partly
{
    public int Id { get; set; }
    public string Shown { get; set; } = "default";
    public string Hidden { get; set; } = "default";
    public Address? Address { get; set; }
}

/// <summary>Asks for a service, as entities that load lazily do.</summary>
public sealed class Lazily
{
    public Lazily()
    {
    }

    Lazily(Action<object, string?> lazyLoader) => Loader = lazyLoader;

    public int Id { get; set; }
    public string Name { get; set; } = "";

    [NotMapped]
    public Action<object, string?>? Loader { get; }
}

/// <summary>Without notifications of what it holds.</summary>
public sealed class Bare
{
    public int Id { get; set; }
}

public sealed class Silent
{
    public int Id { get; set; }
}
