package dev.adit.platform.gather;

import dev.adit.pci.SeenFunction;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The families of devices that somebody brought evidence of, by name. */
public final class Families {
  private static final List<FamilyEvidence> ALL =
      ServiceLoader.load(FamilyEvidence.class, FamilyEvidence.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparing(FamilyEvidence::name))
          .toList();

  private Families() {}

  /** {@return all of them} */
  public static List<FamilyEvidence> all() {
    return ALL;
  }

  /** {@return the family that a function belongs to} */
  static Optional<FamilyEvidence> of(SeenFunction function) {
    return ALL.stream().filter(family -> family.knows(function)).findFirst();
  }
}
