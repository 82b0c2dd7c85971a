package dev.adit.host.control;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Tree;
import dev.adit.host.control.Event.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The virtual devices of a server, on two axes: defined (kept on disk) and active (served). One
 * change at a time; reading waits for none.
 */
public final class Devices implements AutoCloseable {
  /**
   * A device.
   *
   * @param definition what it is kept as, or was started as
   * @param defined whether it is kept on disk
   * @param active it while it is served
   * @param running what it was started as, which a change of the definition leaves as it is
   */
  public record Known(
      DeviceDefinition definition,
      boolean defined,
      Optional<ActiveDevice> active,
      Optional<DeviceDefinition> running) {
    Known with(DeviceDefinition other) {
      return new Known(other, true, active, running);
    }

    Known undefined() {
      return new Known(running.orElse(definition), false, active, running);
    }

    Known started(ActiveDevice device) {
      return new Known(definition, defined, Optional.of(device), Optional.of(definition));
    }

    Known stopped() {
      return new Known(definition, defined, Optional.empty(), Optional.empty());
    }
  }

  private final StateFolder state;
  private final Path sockets;
  private final Composer composer;
  private final EventLog events;
  private final ReentrantLock change = new ReentrantLock();
  private final KnownDevices known = new KnownDevices();

  /**
   * Makes the devices known that are on disk; starts none.
   *
   * @param sockets the folder of the devices' sockets
   */
  public Devices(StateFolder state, Path sockets, Composer composer, EventLog events) {
    this.state = state;
    this.sockets = sockets;
    this.composer = composer;
    this.events = events;
    StateFolder.Found found = state.load();
    found.complaints().forEach(text -> events.add("adit", Kind.FAILED, text));
    for (DeviceDefinition each : found.definitions()) {
      known.put(new Known(each, true, Optional.empty(), Optional.empty()));
    }
  }

  /** Starts the devices that are started with the server; what cannot be started is told. */
  public void startAutomatic() {
    for (Known each : all()) {
      if (each.definition().start() == DeviceDefinition.Start.AUTO) {
        try {
          start(each.definition().uuid().toString());
        } catch (RefusedException e) {
          events.add(each.definition().label(), Kind.FAILED, "not started: " + e.sentence());
        }
      }
    }
  }

  /** {@return all devices, in the order in which they became known} */
  public List<Known> all() {
    return known.all();
  }

  /** {@return the device with a name or UUID} */
  public Known find(String nameOrUuid) {
    Optional<UUID> uuid = DeviceDefinition.uuid(nameOrUuid);
    return (uuid.isPresent()
            ? known.find(uuid.get())
            : known.holder(nameOrUuid).filter(each -> each.definition().label().equals(nameOrUuid)))
        .orElseThrow(
            () ->
                new RefusedException(
                    Reason.NO_SUCH_DEVICE,
                    "no device is called '"
                        + nameOrUuid
                        + "'; 'adit vdev list' shows those there are"));
  }

  /** {@return where a device is served} */
  public Path socket(DeviceDefinition definition) {
    return sockets.resolve(definition.label() + ".sock");
  }

  private <T> T changing(java.util.function.Supplier<T> step) {
    change.lock();
    try {
      return step.get();
    } finally {
      change.unlock();
    }
  }

  private void put(UUID uuid, @Nullable Known device) {
    if (device == null) {
      known.remove(uuid);
    } else {
      known.put(device);
    }
  }

  private void refuseTaken(DeviceDefinition definition, Optional<UUID> itself) {
    boolean same = itself.isEmpty() && known.find(definition.uuid()).isPresent();
    boolean sameName =
        known
            .holder(definition.label())
            .filter(each -> !itself.equals(Optional.of(each.definition().uuid())))
            .isPresent();
    if (same || sameName) {
      throw new RefusedException(
          Reason.EXISTS,
          "a device "
              + (same ? "with this UUID" : "called '" + definition.label() + "'")
              + " exists; choose another, or change it with 'adit vdev modify'");
    }
  }

  private void refuseStranger(DeviceDefinition definition) {
    Map<String, List<String>> offers = composer.offers();
    List<String> types = offers.get(definition.parent());
    if (types == null) {
      throw noFunction(definition.parent(), offers.keySet());
    }
    if (!types.contains(definition.type())) {
      throw new RefusedException(
          Reason.NO_SUCH_TYPE,
          definition.parent()
              + " offers no '"
              + definition.type()
              + "'; it offers: "
              + String.join(", ", types));
    }
  }

  static RefusedException noFunction(String name, Set<String> names) {
    return new RefusedException(
        Reason.NO_SUCH_FUNCTION,
        "no function is called '" + name + "'; there are: " + String.join(", ", names));
  }

  /** Defines a device. */
  public Known define(DeviceDefinition definition, boolean dryRun) {
    return changing(
        () -> {
          refuseTaken(definition, Optional.empty());
          refuseStranger(definition);
          Known made = new Known(definition, true, Optional.empty(), Optional.empty());
          if (!dryRun) {
            state.save(definition);
            put(definition.uuid(), made);
            events.add(definition.label(), Kind.DEFINED, "defined as " + definition.type());
          }
          return made;
        });
  }

  /** Keeps another definition of a device; an active one goes on as it is. */
  public Known modify(String device, DeviceDefinition to, boolean dryRun) {
    return changing(
        () -> {
          Known old = find(device);
          DeviceDefinition from = old.definition();
          if (!from.uuid().equals(to.uuid()) || !from.parent().equals(to.parent())) {
            throw new RefusedException(
                Reason.BAD_REQUEST,
                "a device's uuid and parent stay as they are; define another device");
          }
          refuseTaken(to, Optional.of(to.uuid()));
          refuseStranger(to);
          Known next = old.with(to);
          if (!dryRun) {
            state.save(to);
            put(to.uuid(), next);
            events.add(to.label(), Kind.MODIFIED, "its definition has changed");
          }
          return next;
        });
  }

  /** Forgets the definition of a device; an active one goes on until it is stopped. */
  public void undefine(String device, boolean dryRun) {
    changing(
        () -> {
          Known old = find(device);
          if (!old.defined()) {
            throw new RefusedException(
                Reason.WRONG_STATE, "'" + device + "' is not defined; 'adit vdev stop' ends it");
          }
          if (!dryRun) {
            state.remove(old.definition());
            put(old.definition().uuid(), old.active().isPresent() ? old.undefined() : null);
            events.add(old.definition().label(), Kind.UNDEFINED, "its definition is forgotten");
          }
          return old;
        });
  }

  /** Starts a device that is defined. */
  public Known start(String device) {
    return changing(() -> started(find(device), Optional.empty()));
  }

  /** Starts a device without keeping its definition. */
  public Known start(DeviceDefinition definition) {
    return changing(
        () -> {
          refuseTaken(definition, Optional.empty());
          refuseStranger(definition);
          return started(
              new Known(definition, false, Optional.empty(), Optional.empty()), Optional.empty());
        });
  }

  /**
   * Finds out whether a device could be started.
   *
   * @throws RefusedException if not
   */
  public void checkStart(DeviceDefinition definition) {
    changing(
        () -> {
          Optional<Known> old = known.find(definition.uuid());
          old.ifPresent(Devices::refuseActive);
          refuseTaken(definition, old.map(each -> each.definition().uuid()));
          refuseStranger(definition);
          composer.check(definition, Optional.empty());
          return definition;
        });
  }

  private static void refuseActive(Known device) {
    if (device.active().isPresent()) {
      throw new RefusedException(
          Reason.IN_USE, "'" + device.definition().label() + "' is active already; stop it first");
    }
  }

  private Known started(Known device, Optional<Tree> saved) {
    refuseActive(device);
    DeviceDefinition definition = device.definition();
    Path socket = socket(definition);
    ActiveDevice active = composer.start(definition, socket, saved);
    try {
      definition.attributes().socket().apply(socket);
    } catch (RuntimeException e) {
      active.close();
      throw e;
    }
    Known next = device.started(active);
    put(definition.uuid(), next);
    DeviceStatus.ImsUse ims = active.status().ims();
    events.add(
        definition.label(),
        Kind.STARTED,
        "started on " + socket + "; " + (ims.used() ? "IMS" : "MSI-X") + ": " + ims.reason());
    return next;
  }

  /** Stops a device; its definition stays. */
  public void stop(String device, boolean force, boolean dryRun) {
    changing(
        () -> {
          Known old = find(device);
          ActiveDevice active = active(old);
          if (!force && active.status().attached()) {
            throw new RefusedException(
                Reason.IN_USE,
                "a guest uses '" + device + "'; stop the guest first, or repeat with --force");
          }
          if (!dryRun) {
            active.close();
            UUID uuid = old.definition().uuid();
            put(uuid, old.defined() ? old.stopped() : null);
            events.add(old.definition().label(), Kind.STOPPED, "stopped");
          }
          return old;
        });
  }

  /** {@return a device that must be active} */
  private static ActiveDevice active(Known device) {
    return device
        .active()
        .orElseThrow(
            () ->
                new RefusedException(
                    Reason.NOT_ACTIVE,
                    "'"
                        + device.definition().label()
                        + "' is not active; 'adit vdev start' starts it"));
  }

  /**
   * Does something to an active device.
   *
   * @param dryRun whether only to find out if it could be done
   * @throws RefusedException if it could not
   */
  public void act(
      String device, Kind kind, String text, boolean dryRun, BiConsumer<Known, ActiveDevice> step) {
    changing(
        () -> {
          Known old = find(device);
          ActiveDevice active = active(old);
          if (dryRun) {
            active.check(kind);
          } else {
            step.accept(old, active);
            events.add(old.definition().label(), kind, text);
          }
          return old;
        });
  }

  /**
   * Starts a device with the state of one that was suspended, here or elsewhere.
   *
   * @param definition what that device was; kept only if it is defined here
   */
  public Known resume(DeviceDefinition definition, Tree saved, boolean dryRun) {
    return changing(
        () -> {
          Known old = known.find(definition.uuid()).orElse(null);
          refuseTaken(definition, old == null ? Optional.empty() : Optional.of(definition.uuid()));
          refuseStranger(definition);
          Known device =
              old == null ? new Known(definition, false, Optional.empty(), Optional.empty()) : old;
          if (dryRun) {
            refuseActive(device);
            composer.check(device.definition(), Optional.of(saved));
            return device;
          }
          Known next = started(device, Optional.of(saved));
          events.add(definition.label(), Kind.RESUMED, "goes on where it was suspended");
          return next;
        });
  }

  /** Stops all devices; definitions stay. */
  @Override
  public void close() {
    changing(
        () -> {
          List<Known> all = known.all();
          for (Known each : all.reversed()) {
            each.active().ifPresent(ActiveDevice::close);
            put(each.definition().uuid(), each.stopped());
          }
          return all;
        });
  }
}
