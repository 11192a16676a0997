"""A closed triangle mesh as a field: its signed distance, sampled on a grid around it."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

from hemipelvis.errors import InputError
from hemipelvis.field import Field, from_volume
from hemipelvis.mesh import Mesh
from hemipelvis.volume import empty_grid

PITCH_MM = 0.75
MARGIN_MM = 8.0


def stl_field(mesh: Mesh, name: str) -> Field:
    """Signed distance of a closed mesh (LPS mm), interpolated on 0.75 mm. Raises InputError for an open one."""
    if not mesh.face_count or not mesh.trimesh().is_watertight or mesh.volume_mm3 <= 0:
        raise InputError(
            f"{name}, whose surface is not closed or looks inwards",
            "a closed surface with its triangles looking outwards",
            "mend it in the program it comes from and export it again",
        )
    grid = empty_grid(mesh.bounds[0] - MARGIN_MM, mesh.bounds[1] + MARGIN_MM, PITCH_MM)
    nodes = numpy_to_vtk(np.ascontiguousarray(grid.points_where(np.ones(grid.voxels.shape, bool))))
    values = vtkDoubleArray()
    distance = vtkImplicitPolyDataDistance()
    distance.SetInput(_polydata(mesh))
    distance.FunctionValue(nodes, values)
    return from_volume(grid.like(vtk_to_numpy(values).reshape(grid.voxels.shape).astype(np.float32)))


def _polydata(mesh: Mesh) -> vtkPolyData:
    points, cells, out = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(np.array(mesh.vertices), deep=True))
    corners = np.hstack([np.full((mesh.face_count, 1), 3), mesh.faces]).astype(np.int64)
    cells.ImportLegacyFormat(numpy_to_vtkIdTypeArray(corners.ravel(), deep=True))
    out.SetPoints(points)
    out.SetPolys(cells)
    return out
