using System;
using System.Collections.Generic;
using System.Linq;
using Panogaze;

/// <summary>Prints what the package makes of messages of the overlay channel, as JSON.</summary>
internal static class OverlayDump
{
    public static void Run(string text)
    {
        var set = new OverlaySet();
        var pulses = new List<string>();
        set.Pulse += (meaning, intensity, durationMs, hand) =>
            pulses.Add("[" + Text(meaning) + "," + Json.Number(intensity) + "," + Json.Number(durationMs) + "," + Text(hand) + "]");
        foreach (object item in Json.GetList(Json.ParseObject(text), "texts"))
        {
            bool taken = set.Receive((string)item);
            IEnumerable<string> objects = set.Objects.Select(entry => Json.Quote(entry.Key) + ":" + Of(entry.Value));
            Console.WriteLine("{\"taken\":" + (taken ? "true" : "false") + ",\"objects\":{" + string.Join(",", objects.ToArray()) + "},\"lines\":["
                + string.Join(",", set.Lines.Select(Json.Quote).ToArray()) + "],\"pulses\":[" + string.Join(",", pulses.ToArray()) + "]}");
            pulses.Clear();
        }
    }

    private static string Of(OverlayObject shown)
    {
        var fields = new List<string> { "\"kind\":" + Text(shown.Kind), "\"inHead\":" + (shown.InHead ? "true" : "false"), "\"color\":" + Text(shown.Color) };
        if (shown.Pixels > 0) fields.Add("\"pixels\":" + Json.Number(shown.Pixels));
        if (shown.Strips != null) fields.Add("\"strips\":[" + string.Join(",", shown.Strips.Select(Numbers).ToArray()) + "]");
        if (shown.Positions != null) fields.Add("\"positions\":" + Numbers(shown.Positions));
        if (shown.Texts != null) fields.Add("\"texts\":[" + string.Join(",", shown.Texts.Select(Json.Quote).ToArray()) + "]");
        if (shown.Sizes != null) fields.Add("\"sizes\":" + Numbers(shown.Sizes) + ",\"rotations\":" + Numbers(shown.Rotations) + ",\"fill\":" + Json.Number(shown.Fill));
        if (shown.Links != null)
        {
            IEnumerable<string> places = shown.LinkPlaces().Select(place => Numbers(new[] { place.X, place.Y, place.Z, place.Qx, place.Qy, place.Qz, place.Qw }));
            IEnumerable<string> solids = shown.Links.SelectMany(link => link).Select(solid => "[" + Text(solid.Shape) + "," + Json.Number(solid.SizeX) + "," + Json.Number(solid.SizeZ) + "]");
            fields.Add("\"places\":[" + string.Join(",", places.ToArray()) + "],\"solids\":[" + string.Join(",", solids.ToArray()) + "]");
        }
        return "{" + string.Join(",", fields.ToArray()) + "}";
    }

    private static string Numbers(double[] numbers)
    {
        return "[" + string.Join(",", numbers.Select(Json.Number).ToArray()) + "]";
    }

    private static string Text(string text)
    {
        return text == null ? "null" : Json.Quote(text);
    }
}
