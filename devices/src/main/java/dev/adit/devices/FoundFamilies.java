package dev.adit.devices;

import java.util.List;
import java.util.ServiceLoader;

/** The families that are declared, looked for once. */
final class FoundFamilies {
  static final List<Family> ALL =
      ServiceLoader.load(Family.class, Family.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private FoundFamilies() {}
}
