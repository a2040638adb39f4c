using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// Lets the provider's generator write the SQL of one command, and gives the command what it reads. This is the last place
/// where the command is still a tree, and where it is the tree of what is really sent: a split query comes here once for
/// each of its commands, and what a parameter that is null makes superfluous is gone.
/// </summary>
sealed class TrackedSqlGenerator(QuerySqlGenerator generator, QuerySqlGeneratorDependencies dependencies)
    : QuerySqlGenerator(dependencies)
{
    public override IRelationalCommand GetCommand(Expression queryExpression)
    {
        var command = generator.GetCommand(queryExpression);
        if (command is TrackedCommand tracked)
            tracked.Reads = CommandReadsVisitor.Collect(queryExpression);
        return command;
    }
}
