package dev.adit.host.control;

import dev.adit.devices.Family;
import dev.adit.devices.Figure;
import dev.adit.devices.Quantity;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the families of devices have together. */
public final class Families {
  private Families() {}

  /**
   * {@return the numbers that functions and virtual devices can report, by what JSON calls them}
   */
  public static List<Quantity> quantities() {
    Map<String, Quantity> all = new LinkedHashMap<>();
    for (Family family : Family.all()) {
      family.quantities().forEach(each -> all.putIfAbsent(each.key(), each));
    }
    all.putIfAbsent(Quantity.INTERRUPTS.key(), Quantity.INTERRUPTS);
    return List.copyOf(all.values());
  }

  /** {@return the parts that they can report numbers of} */
  public static List<Figure.Parts> parts() {
    return Family.all().stream().flatMap(family -> family.parts().stream()).distinct().toList();
  }

  /**
   * {@return the family that a part of a configuration names under {@code kind}; the first where it
   * names none}
   *
   * @throws RefusedException if there is no such family
   */
  static Family named(Section section) {
    String kind = section.text("kind").orElse(Family.all().getFirst().name());
    return Family.all().stream()
        .filter(each -> each.name().equals(kind))
        .findFirst()
        .orElseThrow(
            () ->
                section.wrong(
                    "kind",
                    "there is no '"
                        + kind
                        + "'; what can be cut into devices: "
                        + Family.all().stream()
                            .map(Family::name)
                            .collect(Collectors.joining(", "))));
  }
}
