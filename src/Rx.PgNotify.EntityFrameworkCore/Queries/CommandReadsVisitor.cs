using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Collects what the tree of a command reads. What it doesn't know counts as hidden: it has to be declared.</summary>
sealed class CommandReadsVisitor : ExpressionVisitor
{
    readonly HashSet<ITable> _tables = [];
    readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    bool _isDeclared;

    CommandReadsVisitor()
    {
    }

    internal static CommandReads Collect(Expression command)
    {
        var visitor = new CommandReadsVisitor();
        visitor.VisitRoot(command);
        return new CommandReads(visitor._tables, visitor._isDeclared ? [] : visitor._hidden);
    }

    protected override Expression VisitExtension(Expression node)
    {
        switch (node)
        {
            case FromSqlExpression raw:
                // Its arguments are values. It is read from the entity's tables as a rule, even where nothing else is declared.
                _hidden.Add(NameOf(raw));
                if (raw.Table is { } named)
                    _tables.UnionWith(ModelTables.Of(named.EntityTypeMappings.Select(mapping => mapping.TypeBase).OfType<IEntityType>()));
                return node;
            case TableValuedFunctionExpression function:
                if (!(function.StoreFunction?.IsBuiltIn ?? function.IsBuiltIn))
                    _hidden.Add($"the function {SqlNames.Of(function.Schema, function.Name)}");
                break;
            case SelectExpression or JoinExpressionBase or SetOperationBase or ValuesExpression:
                break;
            case ITableBasedExpression { Table: var table }:
                Add(table);
                break;
            case TableExpressionBase:
                _hidden.Add($"a table expression of the kind {node.GetType().Name}");
                break;
            case SqlFunctionExpression { IsBuiltIn: false } function:
                _hidden.Add($"the function {SqlNames.Of(function.Schema, function.Name)}");
                break;
            case SqlFragmentExpression fragment when CanRead(fragment.Sql):
                _hidden.Add("a fragment of SQL that a translation of a function wrote");
                break;
            default:
                break;
        }

        return base.VisitExtension(node);
    }

    void VisitRoot(Expression command)
    {
        switch (command)
        {
            case SelectExpression select:
                Declare(select.Tags);
                break;
            case UpdateExpression update:
                Declare(update.Tags);
                Visit(update.Table);
                break;
            case DeleteExpression delete:
                Declare(delete.Tags);
                Visit(delete.Table);
                break;
            default:
                // The provider's own statements, such as its DELETE, don't show all their parts to a visitor.
                _hidden.Add($"a statement of the kind {command.GetType().Name}");
                break;
        }

        Visit(command);
    }

    void Declare(ISet<string> tags)
    {
        foreach (var tag in tags)
        {
            if (DeclaredReads.TryGet(tag, out var tables))
            {
                _isDeclared = true;
                _tables.UnionWith(tables);
            }
        }
    }

    void Add(ITableBase? table)
    {
        switch (table)
        {
            case ITable known:
                _tables.Add(known);
                break;
            case null:
                _hidden.Add("a table that is not in the model");
                break;
            default:
                _hidden.Add($"the view {SqlNames.Of(table.Schema, table.Name)}");
                break;
        }
    }

    static string NameOf(FromSqlExpression raw) => raw.Table is { } table && table.EntityTypeMappings.Any()
        ? $"raw SQL for {SqlNames.OfEntities(table)}"
        : "raw SQL";

    // To read a table SQL has to call a function or to contain a query; what generators write as fragments does neither.
    static bool CanRead(string sql) =>
        sql.Contains('(', StringComparison.Ordinal) || sql.Contains("select", StringComparison.OrdinalIgnoreCase);
}
