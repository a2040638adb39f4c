using System.Collections.ObjectModel;

namespace Rx.PgNotify.Binding;

/// <summary>One change of a list. Its indexes refer to the list after the edits before it.</summary>
readonly record struct ListEdit<T>
{
    enum Kind
    {
        Insert,
        Remove,
        Move,
        Replace,
    }

    readonly Kind _kind;
    readonly int _index;
    readonly int _destination;
    readonly T? _row;

    ListEdit(Kind kind, int index, int destination = 0, T? row = default) =>
        (_kind, _index, _destination, _row) = (kind, index, destination, row);

    internal static ListEdit<T> Insert(int index, T row) => new(Kind.Insert, index, row: row);

    internal static ListEdit<T> Remove(int index) => new(Kind.Remove, index);

    /// <param name="index">Where the row is.</param>
    /// <param name="destination">Where it is to be, counted in the list without it.</param>
    internal static ListEdit<T> Move(int index, int destination) => new(Kind.Move, index, destination);

    internal static ListEdit<T> Replace(int index, T row) => new(Kind.Replace, index, row: row);

    internal void ApplyTo(ObservableCollection<T> list)
    {
        switch (_kind)
        {
            case Kind.Insert:
                list.Insert(_index, _row!);
                break;
            case Kind.Remove:
                list.RemoveAt(_index);
                break;
            case Kind.Move:
                list.Move(_index, _destination);
                break;
            default:
                list[_index] = _row!;
                break;
        }
    }
}
