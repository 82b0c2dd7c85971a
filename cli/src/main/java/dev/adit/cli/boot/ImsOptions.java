package dev.adit.cli.boot;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.platform.Ims;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a guest gets on with an interrupt message store: the options of {@code adit boot --ims}. */
public final class ImsOptions {
  /** What the host does about the store. */
  public enum Way {
    /** The function has none. */
    off,
    /** The function has one, and the host says nothing about it, as hosts of old. */
    silent,
    /** The host traps what the guest writes and translates it. */
    trap,
    /** The host composes messages on request, and the guest writes them itself. */
    pv,
    /** The guest's messages go through its own remapping unit. */
    viommu;

    /** {@return whether the host's own remapper judges the guest's messages} */
    public boolean judged() {
      return this == trap || this == pv;
    }

    /** {@return whether a guest may complete by IMS; some take one that accepts a grant} */
    boolean worksWith(boolean accepted) {
      return this == pv || (accepted && (this == trap || this == viommu));
    }
  }

  /** Everything that {@code --ims} can be: switches of a function, and ways. */
  enum Setting {
    auto,
    on,
    off,
    silent,
    trap,
    pv,
    viommu
  }

  /** What the guest's administrator wants. */
  enum Wish {
    auto,
    on,
    off
  }

  @Option(
      names = "--ims",
      paramLabel = "WAY",
      description = {
        "Run the reference driver, which takes completions from an interrupt message store,",
        "instead of idxd. What the host does about the store: off, silent, trap, pv, viommu,",
        "which includes --viommu. See docs/ims-in-guests.md. For --guests see there."
      })
  private @Nullable Setting setting;

  @Option(
      names = "--guest-ims",
      paramLabel = "WISH",
      defaultValue = "auto",
      description = "With --ims: the driver's ims=${COMPLETION-CANDIDATES} (default: auto).")
  private Wish wish;

  @Option(
      names = "--strict",
      description = {
        "With --ims: keep to the discussion, which knows no IMS in a guest without a call for",
        "messages; else the guest accepts a host that translates (trap, viommu)."
      })
  private boolean strict;

  @Option(
      names = "--interrupts",
      paramLabel = "N",
      defaultValue = "20000",
      description = "With --ims: work until so many have come (default: ${DEFAULT-VALUE}).")
  private long interrupts;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "64",
      description = "With --ims: completion interrupts in use (default: ${DEFAULT-VALUE}).")
  private int slots;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "0",
      description = {
        "With --ims: before that, boot N guests and kill QEMU (SIGKILL) at a moment of chance;",
        "the next one finds the same device (default: none)."
      })
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of what --kills leaves to chance (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--attack",
      paramLabel = "LEVEL",
      description = {
        "With --ims pv or trap: boot a second guest whose function sends forged messages while the",
        "first one works, on a host with this isolation level, 0 to 3."
      })
  private @Nullable Integer attack;

  @Option(
      names = "--shared-id",
      description = "With --attack: both functions have the same requester ID.")
  private boolean sharedId;

  /** {@return what the host does, if the reference driver is to run} */
  Optional<Way> way() {
    return Optional.ofNullable(setting).flatMap(ImsOptions::way);
  }

  private static Optional<Way> way(Setting setting) {
    return Arrays.stream(Way.values()).filter(way -> way.name().equals(setting.name())).findFirst();
  }

  /** {@return the switch of a function that is shared, {@code auto} unless it was named} */
  Optional<Ims> function() {
    return switch (setting) {
      case null -> Optional.of(Ims.AUTO);
      case auto -> Optional.of(Ims.AUTO);
      case on -> Optional.of(Ims.ON);
      case off -> Optional.of(Ims.OFF);
      case silent, trap, pv, viommu -> Optional.empty();
    };
  }

  /** {@return whether what was named, if anything, is a way} */
  boolean isWay() {
    return setting == null || way().isPresent();
  }

  /** {@return whether a way was named that a machine needs a vIOMMU for} */
  boolean needsViommu() {
    return setting == Setting.viommu;
  }

  /** {@return whether the guest is to complete by IMS} */
  boolean expected() {
    return wish != Wish.off && way().filter(way -> way.worksWith(!strict)).isPresent();
  }

  /**
   * {@return shell variables for the guest's steps}
   *
   * @param role what the guest is to do; steps-ims has them
   */
  String parameters(String role, int reloads) {
    return "role=%s ims=%s accept=%d expect=%s interrupts=%d slots=%d reloads=%d vectors=%s%n"
        .formatted(
            role,
            wish.name().toLowerCase(Locale.ROOT),
            strict ? 0 : 1,
            expected() ? "ims" : "msi-x",
            interrupts,
            slots,
            reloads,
            way().equals(Optional.of(Way.trap)) ? "few" : "all");
  }

  /** {@return how often QEMU is killed before the guest that runs to its end} */
  int kills() {
    return kills;
  }

  /** {@return the seed of what is left to chance} */
  long seed() {
    return seed;
  }

  /** {@return the level on which a second guest forges messages, if one does} */
  Optional<IsolationLevel> attack() {
    return Arrays.stream(IsolationLevel.values())
        .filter(level -> attack != null && level.number() == attack)
        .findFirst();
  }

  /** {@return whether attacker and victim have the same requester ID} */
  boolean sharedId() {
    return sharedId;
  }

  /** {@return what is wrong with the options together, if anything} */
  Optional<String> wrong() {
    if (kills < 0 || kills > 1000) {
      return Optional.of("--kills must be from 0 to 1000, not " + kills);
    }
    if (attack == null) {
      return sharedId ? Optional.of("--shared-id goes with --attack") : Optional.empty();
    }
    if (attack < 0 || attack > 3) {
      return Optional.of("--attack must be from 0 to 3, not " + attack);
    }
    boolean trap = way().equals(Optional.of(Way.trap));
    if (!trap && !way().equals(Optional.of(Way.pv))) {
      return Optional.of("--attack goes with --ims pv and --ims trap");
    }
    return attack == IsolationLevel.DEVICE_PASID.number() && !trap
        ? Optional.of(
            "level 2 is a store that only the host writes: --attack 2 goes with --ims trap")
        : Optional.empty();
  }

  long interrupts() {
    return interrupts;
  }

  int slots() {
    return slots;
  }
}
