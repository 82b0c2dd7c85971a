package dev.adit.host.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.devices.Refusal;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The definitions of devices on disk, one JSON file each: {@code FOLDER/FUNCTION/UUID.json}, the
 * layout of mdevctl. A definition is there in whole or not at all, whenever the machine stops.
 */
public final class StateFolder {
  private static final String END = ".json";
  private static final String NEW = ".new";

  private final Path folder;
  private final Disk disk;

  /** Folders of functions whose names are on the disk. */
  private final Set<Path> durable = new HashSet<>();

  StateFolder(Path folder, Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  /** {@return the state in a folder, which is made if there is none} */
  public static StateFolder open(Path folder) {
    StateFolder state = new StateFolder(folder, Disk.real());
    try {
      state.disk.makeFolder(folder);
      return state;
    } catch (IOException e) {
      throw failed("cannot make the state folder " + folder, e);
    }
  }

  /**
   * What was found.
   *
   * @param definitions those that could be read
   * @param complaints a sentence for each file that could not
   */
  public record Found(List<DeviceDefinition> definitions, List<String> complaints) {
    public Found {
      definitions = List.copyOf(definitions);
      complaints = List.copyOf(complaints);
    }
  }

  /**
   * Reads all definitions and removes what a write that was cut short left behind. A file that
   * cannot be understood stays where it is.
   */
  public Found load() {
    List<DeviceDefinition> definitions = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    Set<UUID> seen = new HashSet<>();
    try {
      for (Path parent : disk.list(folder)) {
        for (Path file : disk.list(parent)) {
          if (file.toString().endsWith(NEW)) {
            disk.delete(file);
          } else if (file.toString().endsWith(END)) {
            load(file, seen, definitions, complaints);
          }
        }
      }
    } catch (IOException e) {
      throw failed("cannot read the state folder " + folder, e);
    }
    return new Found(definitions, complaints);
  }

  private void load(
      Path file, Set<UUID> seen, List<DeviceDefinition> definitions, List<String> complaints) {
    try {
      Tree tree = Json.read(file.toString(), new String(disk.read(file), UTF_8));
      DeviceDefinition definition = DeviceDefinition.read(tree);
      if (!file.equals(file(definition))) {
        complaints.add(file + ": names another device or function than the file; left alone");
      } else if (!seen.add(definition.uuid())) {
        complaints.add(file + ": there is another definition of this device; left alone");
      } else {
        definitions.add(definition);
      }
    } catch (RefusedException e) {
      complaints.add(e.sentence() + "; left alone");
    } catch (IOException e) {
      complaints.add(file + ": cannot be read: " + e.getMessage() + "; left alone");
    }
  }

  /** Keeps a definition, in place of an older one. When this returns, it is on the disk. */
  public void save(DeviceDefinition definition) {
    Path file = file(definition);
    Path parent = folder.resolve(definition.parent());
    Path fresh = parent.resolve(definition.uuid() + NEW);
    try {
      if (!durable.contains(parent)) {
        disk.makeFolder(parent);
        disk.syncFolder(folder);
        durable.add(parent);
      }
      disk.write(fresh, (Json.pretty(definition.plain()) + "\n").getBytes(UTF_8));
      disk.sync(fresh);
      disk.rename(fresh, file);
      disk.syncFolder(parent);
    } catch (IOException e) {
      throw failed("cannot write " + file, e);
    }
  }

  /** Forgets a definition. When this returns, it is gone from the disk. */
  public void remove(DeviceDefinition definition) {
    Path file = file(definition);
    try {
      disk.delete(file);
      disk.syncFolder(folder.resolve(definition.parent()));
    } catch (IOException e) {
      throw failed("cannot remove " + file, e);
    }
  }

  private Path file(DeviceDefinition definition) {
    return folder.resolve(definition.parent()).resolve(definition.uuid() + END);
  }

  private static RefusedException failed(String sentence, IOException e) {
    return new RefusedException(
        Refusal.Reason.FAILED,
        sentence + ": " + e.getClass().getSimpleName() + " " + e.getMessage(),
        e);
  }
}
