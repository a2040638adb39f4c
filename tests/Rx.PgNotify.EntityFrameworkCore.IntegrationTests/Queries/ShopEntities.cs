namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

#pragma warning disable CA1002, CA2227, MA0016, MA0048 // entities are as people write them, in one file to be read at once

public class Customer
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string Country { get; set; } = "";

    public List<Order> Orders { get; set; } = [];

    public CustomerDetail? Detail { get; set; }
}

/// <summary>Shares the table of <see cref="Customer"/>.</summary>
public class CustomerDetail
{
    public int Id { get; set; }

    public string Remark { get; set; } = "";
}

public class Order
{
    public int Id { get; set; }

    public string Status { get; set; } = "open";

    public int CustomerId { get; set; }

    public Customer Customer { get; set; } = null!;

    public List<OrderLine> Lines { get; set; } = [];

    public List<Tag> Tags { get; set; } = [];

    public Address Shipping { get; set; } = new();

    public List<Note> Notes { get; set; } = [];

    public OrderExtra Extra { get; set; } = new();
}

/// <summary>Owned, in the owner's table.</summary>
public class Address
{
    public string City { get; set; } = "";
}

/// <summary>Owned, in a table of its own.</summary>
public class Note
{
    public int Id { get; set; }

    public string Text { get; set; } = "";
}

/// <summary>Owned, as JSON.</summary>
public class OrderExtra
{
    public string Source { get; set; } = "";

    public List<OrderStep> Steps { get; set; } = [];
}

public class OrderStep
{
    public string Name { get; set; } = "";

    public int Minutes { get; set; }
}

public class OrderLine
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public Order Order { get; set; } = null!;

    public int ProductId { get; set; }

    public Product Product { get; set; } = null!;

    public int Quantity { get; set; }
}

public class Product
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public decimal Price { get; set; }

    public int[] Sizes { get; set; } = [];

    public int? CategoryId { get; set; }

    public Category? Category { get; set; }
}

public class Category
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public int? ParentId { get; set; }

    public Category? Parent { get; set; }
}

public class Tag
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public List<Order> Orders { get; set; } = [];
}

/// <summary>One table for the hierarchy.</summary>
public abstract class Payment
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public Order Order { get; set; } = null!;
}

public class CashPayment : Payment
{
    public decimal Given { get; set; }
}

public class CardPayment : Payment
{
    public int BankId { get; set; }

    public Bank Bank { get; set; } = null!;
}

public class Bank
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

/// <summary>A table for each type.</summary>
public class Vehicle
{
    public int Id { get; set; }

    public string Plate { get; set; } = "";
}

public class Car : Vehicle
{
    public int Doors { get; set; }
}

public class Truck : Vehicle
{
    public int Load { get; set; }
}

/// <summary>A table for each concrete type.</summary>
public abstract class Paper
{
    public int Id { get; set; }

    public string Number { get; set; } = "";
}

public class Invoice : Paper
{
    public decimal Total { get; set; }
}

public class Receipt : Paper
{
    public bool IsCopy { get; set; }
}

/// <summary>Its query filter reads another table, and its author is always included.</summary>
public class Article
{
    public int Id { get; set; }

    public string Title { get; set; } = "";

    public int AuthorId { get; set; }

    public Author Author { get; set; } = null!;
}

public class Author
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public bool IsBlocked { get; set; }

    public int PublisherId { get; set; }

    public Publisher Publisher { get; set; } = null!;
}

public class Publisher
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

/// <summary>Split over two tables.</summary>
public class Profile
{
    public int Id { get; set; }

    public string Nick { get; set; } = "";

    public string Biography { get; set; } = "";
}

/// <summary>Without a key.</summary>
public class AuditEntry
{
    public string Text { get; set; } = "";
}

/// <summary>A row of a view, of a function or of a query.</summary>
public class OrderTotal
{
    public int OrderId { get; set; }

    public decimal Total { get; set; }
}

public class CountryCount
{
    public string Country { get; set; } = "";

    public int Customers { get; set; }
}

public class ProductSale
{
    public int ProductId { get; set; }

    public long Quantity { get; set; }
}
