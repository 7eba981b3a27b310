/** A set of gridded data that anyone may fetch. */
export interface PublicSet {
  readonly name: string
  readonly description: string
  /** A file to fetch, a page that leads there, or a bucket. */
  readonly address: string
  /** Of the file, in hexadecimal; undefined where the set is more than one file or grows. */
  readonly sha256?: string
  readonly bytes?: number
  readonly licence: string
}

const synoptReg = "https://raw.githubusercontent.com/lemuscanovas/synoptReg/1b1d15f/inst/extdata"
const eraInterim = "ECMWF ERA-Interim, with attribution; taken from an R package under GPL-3"

/** Sets to begin with. Those with a checksum are single files that `weather data NAME` fetches and checks. */
export const publicSets: readonly PublicSet[] = [
  {
    name: "z500_ei",
    description: "ERA-Interim geopotential of 500 hPa, south-west Europe, 11 x 13, daily 2000-2010",
    address: `${synoptReg}/z500_ei.nc`,
    sha256: "da5058303b2dbe6b4dd6f8c7fbb40465971839941360c1399cac8acaf2220878",
    bytes: 1_174_400,
    licence: eraInterim,
  },
  {
    name: "t850_ei",
    description: "ERA-Interim temperature of 850 hPa, south-west Europe, 11 x 13, daily 2000-2010",
    address: `${synoptReg}/t850_ei.nc`,
    sha256: "445d9762be4b8d8a8d64d6b90eeb29209f84f94d923b8762e4e821c67d1856ce",
    bytes: 1_174_396,
    licence: eraInterim,
  },
  {
    name: "mslp_ei",
    description: "ERA-Interim mean sea level pressure, south-west Europe, 11 x 13, daily 2000-2010",
    address: `${synoptReg}/mslp_ei.nc`,
    sha256: "8f7c304c1aaab2288ac236a793bed8e06e77a3cf51e80b4fee41ee89659e6433",
    bytes: 1_174_424,
    licence: eraInterim,
  },
  {
    name: "z500_monthly",
    description: "NCEP/NCAR reanalysis, monthly height of 500 hPa, the globe, 73 x 144, 1981-2024 (NetCDF-4)",
    address:
      "https://raw.githubusercontent.com/shenyulu/easyclimate/0601a759df85204240b77bb71337bd2b8b0043cb/test/data/test_input_z500_mon.nc",
    sha256: "e2af8c625be3aa2e335fede4a29ffa6e97988fbbd25a8ea96c46942cec1baee1",
    bytes: 3_339_440,
    licence: "NCEP reanalysis: public domain of the United States; taken from a Python package under BSD-3",
  },
  {
    name: "ncep_slp",
    description: "NCEP/NCAR reanalysis, daily sea level pressure of the North Atlantic 2001-2010, as an R array",
    address:
      "https://github.com/SantanderMetGroup/climate4R.datasets/blob/ba034fb48a6ec7544d7f96f1d3fbe3d673828404/data/NCEP_slp_2001_2010.rda",
    licence: "NCEP reanalysis: public domain of the United States; taken from an R package under LGPL-3",
  },
  {
    name: "ncep_reanalysis",
    description: "NCEP/NCAR reanalysis since 1948, 2.5 degrees, 6-hourly and daily, one file a year and variable",
    address: "https://psl.noaa.gov/data/gridded/data.ncep.reanalysis.html",
    licence: "public domain of the United States; NOAA PSL asks to be acknowledged",
  },
  {
    name: "weatherbench2_64x32",
    description: "ERA5 1959-2022 at 5.625 degrees, 6-hourly, all variables, as Zarr (copy the arrays that you want with gsutil)",
    address: "gs://weatherbench2/datasets/era5/1959-2022-6h-64x32_equiangular_conservative.zarr",
    licence: "ERA5: Copernicus licence, with attribution",
  },
  {
    name: "era5",
    description: "ERA5 since 1940, any region, level and resolution, as NetCDF or GRIB",
    address: "https://cds.climate.copernicus.eu/datasets/reanalysis-era5-pressure-levels",
    licence: "Copernicus licence, with attribution; an account is needed",
  },
]
